/** TLS of a mail host: what a scenario writes, and what it is checked to be. */
import { constants, X509Certificate } from 'node:crypto';
import {
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
  type SecureVersion,
} from 'node:tls';
import { type Certified, Credential, certificatePem, selfSigned } from '../../certificates/authority.ts';
import { HostDefinitionError } from '../host.ts';
import { compileHandshakeFault, type HandshakeFault, type HandshakeFaultPlan } from './faults.ts';

export interface TlsOptions {
  /** One, or several of different kinds of keys; a self-signed one for the host's key in the scenario when absent. */
  readonly credential?: Credential | readonly Credential[];
  /** In place of it for clients that ask for a name (SNI). */
  readonly sni?: Readonly<Record<string, Credential | readonly Credential[]>>;
  /** `TLSv1.2` and `TLSv1.3` when absent. */
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
  /** A cipher list of OpenSSL. What old versions, anonymous and weak ciphers need is added (`@SECLEVEL=0`). */
  readonly ciphers?: string;
  /** Whether the client has to show a certificate; it is asked for none when absent. */
  readonly clientCertificate?: 'asked' | 'required';
  /** Authorities that client certificates are asked of. */
  readonly clientAuthorities?: readonly Certified[];
  /** Whether sessions can be resumed in later connections; true when absent. */
  readonly tickets?: boolean;
  /** TLS from the first byte on, without STARTTLS; the port is 465 then unless `port` says otherwise. */
  readonly wrapper?: boolean;
  /** The lines of the EHLO reply within TLS, after the first; the same as without TLS, less STARTTLS, when absent. */
  readonly extensions?: readonly string[];
  readonly handshake?: HandshakeFault | readonly HandshakeFault[];
  /** Right after the handshake: asks for another one (TLS 1.2), or sends plaintext in the midst of TLS. */
  readonly afterHandshake?: 'renegotiate' | { readonly plaintext: string };
  /** False: the connection is closed without a word of TLS. */
  readonly closeNotify?: boolean;
}

/** TLS of a host, checked. */
export interface TlsPlan {
  contextFor(serverName: string | undefined, hostName: string): SecureContext;
  readonly hasServerNames: boolean;
  readonly clientCertificate: 'none' | 'asked' | 'required';
  readonly wrapper: boolean;
  readonly extensions: readonly string[] | undefined;
  readonly faults: readonly HandshakeFaultPlan[];
  readonly afterHandshake: TlsOptions['afterHandshake'];
  readonly closeNotify: boolean;
}

export const WRAPPER_PORT = 465;
const KEYS: readonly (keyof TlsOptions)[] = [
  'credential',
  'sni',
  'minVersion',
  'maxVersion',
  'ciphers',
  'clientCertificate',
  'clientAuthorities',
  'tickets',
  'wrapper',
  'extensions',
  'handshake',
  'afterHandshake',
  'closeNotify',
];
/** The default of Node, and what clients of today have; old ciphers are for scenarios to ask for. */
const MODERN_VERSION: SecureVersion = 'TLSv1.2';

/** Checks the options; `where` begins every message of `HostDefinitionError`. */
export function compileTls(where: string, options: TlsOptions): TlsPlan {
  const bad = (text: string) => new HostDefinitionError(`${where}: ${text}`);
  if (typeof options !== 'object' || options === null) throw bad('must be an object, perhaps {}');
  const stranger = Object.keys(options).find((key) => !KEYS.some((known) => known === key));
  if (stranger !== undefined) throw bad(`unknown key ${JSON.stringify(stranger)} (${KEYS.join(', ')})`);
  const { clientCertificate, extensions, afterHandshake, sni = {}, credential, handshake } = options;
  if (clientCertificate !== undefined && clientCertificate !== 'asked' && clientCertificate !== 'required')
    throw bad('clientCertificate: must be asked or required');
  if (extensions !== undefined && !isLines(extensions)) throw bad('extensions: must be a list of EHLO lines');
  const aftermath = afterHandshake === undefined || afterHandshake === 'renegotiate';
  if (!aftermath && typeof afterHandshake.plaintext !== 'string')
    throw bad("afterHandshake: must be 'renegotiate' or { plaintext }");
  const all = [...credentials(credential), ...Object.values(sni).flatMap(credentials)];
  if (!all.every((item) => item instanceof Credential))
    throw bad('credential: make one with authority(...).issue(...) or selfSigned(...)');
  const contexts = new Map<string, SecureContext>();
  const context = (key: string, of: readonly Credential[]): SecureContext => {
    const known = contexts.get(key) ?? secureContext(of, options);
    contexts.set(key, known);
    return known;
  };
  // What OpenSSL does not know is a mistake of the scenario; certificates are made when they are needed.
  if (options.minVersion !== undefined || options.maxVersion !== undefined || options.ciphers !== undefined) {
    try {
      createSecureContext(settingsOf([], options));
    } catch (error) {
      throw bad(error instanceof Error ? error.message : String(error));
    }
  }
  return {
    contextFor(serverName, hostName) {
      const own = serverName === undefined ? undefined : sni[serverName.toLowerCase()];
      if (own !== undefined) return context(`sni ${serverName}`, credentials(own));
      if (credential !== undefined) return context('', credentials(credential));
      return context(`host ${hostName}`, [selfSigned(hostName)]);
    },
    hasServerNames: Object.keys(sni).length > 0,
    clientCertificate: clientCertificate ?? 'none',
    wrapper: options.wrapper === true,
    extensions,
    faults: handshakeFaults(handshake).map((fault, index) =>
      compileHandshakeFault(`${where}: handshake[${index}]`, fault),
    ),
    afterHandshake,
    closeNotify: options.closeNotify !== false,
  };
}

/** Making a context takes as long as a handshake, and most scenarios share a credential with others. */
const sharedContexts = new WeakMap<Credential, Map<string, SecureContext>>();

function secureContext(of: readonly Credential[], options: TlsOptions): SecureContext {
  const [credential, ...others] = of;
  const { minVersion, maxVersion, ciphers, tickets, clientAuthorities } = options;
  if (credential === undefined || others.length > 0 || clientAuthorities !== undefined)
    return newContext(of, options);
  const contexts = sharedContexts.get(credential) ?? new Map<string, SecureContext>();
  sharedContexts.set(credential, contexts);
  const key = JSON.stringify([minVersion, maxVersion, ciphers, tickets]);
  const context = contexts.get(key) ?? newContext(of, options);
  contexts.set(key, context);
  return context;
}

function newContext(of: readonly Credential[], options: TlsOptions): SecureContext {
  return createSecureContext({
    ...settingsOf(of, options),
    key: of.map(({ keyPem }) => keyPem),
    cert: of.map(({ pem }) => pem),
    // Ephemeral keys for anonymous ciphers and DSA certificates.
    dhparam: 'auto',
    // The authorities that clients are told of are those that they would be verified by.
    ca: (options.clientAuthorities ?? []).map(({ certificate }) => certificatePem(certificate)),
  });
}

function settingsOf(of: readonly Credential[], options: TlsOptions): SecureContextOptions {
  const { minVersion = MODERN_VERSION, maxVersion, ciphers, tickets = true } = options;
  const old = minVersion !== MODERN_VERSION && minVersion !== 'TLSv1.3';
  const list = ciphers ?? 'DEFAULT';
  const weak = old || ciphers !== undefined || of.some(isWeak);
  return {
    minVersion,
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ciphers: weak && !list.includes('@SECLEVEL') ? `${list}:@SECLEVEL=0` : list,
    secureOptions: tickets ? 0 : constants.SSL_OP_NO_TICKET,
  };
}

/** Some key of the chain is. */
function isWeak({ chain }: Credential): boolean {
  return chain.some((certificate) => {
    const { asymmetricKeyType, asymmetricKeyDetails } = new X509Certificate(certificate).publicKey;
    const { modulusLength = Number.POSITIVE_INFINITY } = asymmetricKeyDetails ?? {};
    return asymmetricKeyType === 'dsa' || modulusLength < 2048;
  });
}

function credentials(given: Credential | readonly Credential[] | undefined): readonly Credential[] {
  if (given === undefined) return [];
  return isList(given) ? given : [given];
}

function handshakeFaults(given: TlsOptions['handshake']): readonly HandshakeFault[] {
  if (given === undefined) return [];
  return isList(given) ? given : [given];
}

function isList<T>(given: T | readonly T[]): given is readonly T[] {
  return Array.isArray(given);
}

function isLines(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((line) => typeof line === 'string' && !/[\r\n]/.test(line));
}
