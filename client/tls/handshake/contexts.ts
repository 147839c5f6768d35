/** The contexts of handshakes: costly to make, so equal ones are made once (security reference 9). */
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Settings } from '../../config/register.ts';
import type { TlsPolicy } from '../policy/policy.ts';
import { cipherList } from './ciphers.ts';
import { libraryProblem } from './connect.ts';
import type { Credentials } from './credentials.ts';
import { HandshakeError } from './handshake-error.ts';
import { keyExchangeGroups } from './library-options.ts';
import { readProtocols } from './protocols.ts';

/** Contexts kept; policies that differ in protocols, ciphers or authorities are few. */
const CONTEXTS_LIMIT = 50;

export interface HandshakeSetup {
  readonly secureContext: SecureContext;
  /** What is offered, as the log has it. */
  readonly ciphers: string;
  /** Equal for handshakes that may share a session: what was offered to the server. */
  readonly fingerprint: string;
}

export class TlsContexts {
  readonly #settings: Settings;
  readonly #credentials: Credentials;
  readonly #secureOptions: number;
  readonly #groups: string | undefined;
  readonly #contexts = new Map<string, SecureContext>();

  /** @param secureOptions those of all handshakes (`secureOptions` of library-options.ts). */
  constructor(settings: Settings, credentials: Credentials, secureOptions: number) {
    this.#settings = settings;
    this.#credentials = credentials;
    this.#secureOptions = secureOptions;
    this.#groups = keyExchangeGroups(settings);
  }

  /** Throws HandshakeError where the policy names protocols or ciphers that there are not; `warn` hears of it. */
  for(policy: TlsPolicy, warn: (text: string) => void): HandshakeSetup {
    const protocols = readProtocols(policy.protocols, warn);
    const ciphers = cipherList(policy, this.#settings);
    if ('error' in protocols) {
      warn(protocols.error);
      throw new HandshakeError('');
    }
    if (typeof ciphers === 'object') {
      warn(ciphers.error);
      throw new HandshakeError('');
    }
    // The security level is of the library, not of the list.
    const shown = ciphers.replace(/:@SECLEVEL=\d$/, '');
    const fingerprint = JSON.stringify([protocols, ciphers]);
    const known = this.#contexts.get(fingerprint);
    if (known !== undefined) return { secureContext: known, ciphers: shown, fingerprint };
    const { minVersion, maxVersion, secureOptions } = protocols;
    let secureContext: SecureContext;
    try {
      secureContext = createSecureContext({
        minVersion,
        maxVersion,
        ciphers,
        secureOptions: this.#secureOptions | secureOptions,
        ...(this.#groups !== undefined && { ecdhCurve: this.#groups }),
        // An empty list trusts nobody, where none at all would trust whom Node trusts.
        ca: [...this.#credentials.authorities],
        cert: this.#credentials.own.map(({ chain }) => chain),
        key: this.#credentials.own.map(({ key }) => key),
      });
    } catch (error) {
      const problem = libraryProblem(error) ?? String(error);
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SSL_NO_CIPHER_MATCH')
        throw new HandshakeError('-1', problem);
      warn(`error setting cipher grade: "${policy.ciphers}"`);
      throw new HandshakeError('', problem);
    }
    const [oldest] = this.#contexts.keys();
    if (oldest !== undefined && this.#contexts.size >= CONTEXTS_LIMIT) this.#contexts.delete(oldest);
    this.#contexts.set(fingerprint, secureContext);
    return { secureContext, ciphers: shown, fingerprint };
  }
}
