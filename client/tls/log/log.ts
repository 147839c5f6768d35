/** What the log tells of a handshake, as far as `smtp_tls_loglevel` wants it (security reference 11). */

import { createHash, type X509Certificate } from 'node:crypto';
import type { Settings } from '../../config/register.ts';
import type { EventListener } from '../../events.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Service } from '../../request.ts';
import type { Tables } from '../../tables/tables.ts';
import { libraryProblem } from '../handshake/connect.ts';
import type { HandshakeError } from '../handshake/handshake-error.ts';
import { mustMatch } from '../level.ts';
import type { TlsTarget } from '../policy/policy.ts';
import type { TlsStatus } from '../status.ts';
import { readCertificate } from '../verify/certificate.ts';
import type { PeerCheck } from '../verify/peer-check.ts';
import type { Verification } from '../verify/verification.ts';
import { failureLine } from '../verify/verification.ts';
import { type TlsLogFeature, tlsLogFeatures } from './log-level.ts';
import { summaryLine } from './summary.ts';

export interface TlsEngineOptions {
  readonly settings: Settings;
  readonly service: Service;
  readonly tables: Tables;
  readonly platform: Platform;
  readonly emit: EventListener;
}

/** What a handshake says of the server. */
export interface Inspection {
  readonly verification: Verification;
  readonly leaf: X509Certificate | undefined;
  /** Why no certificate counts, as another program has it. */
  readonly external: string | undefined;
  readonly resumed: boolean;
}

export class HandshakeLog {
  readonly #peer: string;
  readonly #features: ReadonlySet<TlsLogFeature>;
  readonly #digest: string;
  readonly #service: Service;
  readonly #emit: TlsEngineOptions['emit'];
  readonly warn = (text: string): void => this.#emit({ type: 'log', level: 'warning', text });

  constructor(
    peer: string,
    features: ReadonlySet<TlsLogFeature>,
    { settings, service, emit }: TlsEngineOptions,
  ) {
    this.#peer = peer;
    this.#features = features;
    this.#digest = settings.smtp_tls_fingerprint_digest;
    this.#service = service;
    this.#emit = emit;
  }

  static async open(target: TlsTarget, peer: string, options: TlsEngineOptions): Promise<HandshakeLog> {
    const { settings, service, tables, emit } = options;
    const warn = (text: string) => emit({ type: 'log', level: 'warning', text });
    return new HandshakeLog(peer, await tlsLogFeatures(target, { settings, service, tables, warn }), options);
  }

  starting(): void {
    if (this.#features.has('verbose')) this.#tell(`setting up TLS connection to ${this.#peer}`);
  }

  offering(ciphers: string): void {
    if (this.#features.has('verbose')) this.#tell(`${this.#peer}: TLS cipher list "${ciphers}"`);
  }

  /** `key` is that of the session in the cache. */
  cache(what: 'looking for' | 'reloaded' | 'save' | 'remove', key: string): void {
    if (!this.#features.has('cache')) return;
    const place = { 'looking for': 'in', reloaded: 'from', save: 'to', remove: 'from' }[what];
    const cache = what === 'remove' ? 'client' : this.#service;
    this.#tell(`${what} session ${key} ${place} ${cache} cache`);
  }

  established(status: TlsStatus, inspection: Inspection, check: PeerCheck, isForReuse: boolean): void {
    const { verification, leaf, resumed, external } = inspection;
    const { failure, match, peerName } = verification;
    if (resumed && this.#features.has('cache')) this.#tell(`${this.#peer}: Reusing old session`);
    const wants = (...features: TlsLogFeature[]) => features.some((feature) => this.#features.has(feature));
    if (failure !== undefined && leaf !== undefined && this.tellsUntrusted(check)) {
      if (external !== undefined)
        this.#tell(
          `certificate verification failed for ${this.#peer}: external policy failure (${external})`,
        );
      else if (resumed)
        this.#tell(
          `${this.#peer}: re-using session with untrusted peer credential, look for details earlier in the log`,
        );
      else this.#tell(failureLine(failure, this.#peer));
    }
    if (leaf !== undefined && wants('certmatch', 'peercert', 'verbose')) {
      // What a resumed session was begun with has been told of.
      if (peerName !== undefined && verification.matched && !resumed)
        this.#tell(`${this.#peer}: matched peername: ${peerName}`);
      if (match !== undefined && !resumed) this.#tell(`${this.#peer}: ${check.describe(match)}`);
      const [subject, issuer] = [commonName(leaf.subject), commonName(leaf.issuer)];
      const spki = readCertificate(leaf)?.spki ?? Buffer.alloc(0);
      this.#tell(
        `${this.#peer}: subject_CN=${subject}, issuer=${issuer}, ` +
          `cert fingerprint=${this.#fingerprint(leaf.raw)}, pkey fingerprint=${this.#fingerprint(spki)}`,
      );
    }
    // The program through which Postfix keeps such connections tells of them at any log level.
    if (wants('summary') || isForReuse) this.#tell(summaryLine('established', this.#peer, status));
  }

  /** What is wrong with a server's certificate; always told where it counts, or would if anything could match. */
  tellsUntrusted({ level, hopeless }: PeerCheck): boolean {
    return mustMatch(level) || hopeless !== undefined || this.#features.has('untrusted');
  }

  failed({ message, problem }: HandshakeError): void {
    // What was wrong before anything was sent has been warned of.
    if (message !== '') this.#tell(`SSL_connect error to ${this.#peer}: ${message}`);
    if (problem !== undefined) this.warn(`TLS library problem: ${problem}:`);
  }

  /** A fault within TLS after the handshake; what it means for the session is found out where it is read from. */
  readonly broken = (error: unknown): void => {
    const problem = libraryProblem(error);
    if (problem !== undefined) this.warn(`TLS library problem: ${problem}:`);
  };

  #fingerprint(bytes: Uint8Array): string {
    const hex = createHash(this.#digest).update(bytes).digest('hex').toUpperCase();
    return hex.match(/../g)?.join(':') ?? '';
  }

  #tell(text: string): void {
    this.#emit({ type: 'log', level: 'info', text });
  }
}

function commonName(name: string): string {
  return /^CN=(.*)$/m.exec(name)?.[1] ?? '';
}
