/** Switches of the TLS library, and parameters that turn none of them (security reference 9.3). */
import { logged } from '../../scenario.ts';
import { good, overBoth, overSmtp, PEER } from '../certificates/_server.ts';

const exchange = (name: string) =>
  logged(`TLS connection established to ${PEER}: TLSv1.3 with cipher * key-exchange ${name}`);
const summary = { smtp_tls_loglevel: '1' };

export default [
  overSmtp('handshake/curves', {
    title: 'tls_eecdh_auto_curves are the elliptic curves for the key exchange',
    shows: ['tls_eecdh_auto_curves'],
    config: { ...summary, tls_eecdh_auto_curves: 'secp384r1' },
    outcome: 'delivered',
    expect: [exchange('ECDHE (secp384r1)')],
  }),
  overSmtp('handshake/curves-unknown', {
    title: 'Curves that the library does not know are left out',
    shows: ['tls_eecdh_auto_curves'],
    config: { ...summary, tls_eecdh_auto_curves: 'nonsense secp521r1' },
    outcome: 'delivered',
    expect: [exchange('ECDHE (secp521r1)')],
  }),
  overSmtp('handshake/finite-field-groups', {
    title: 'tls_ffdhe_auto_groups are the finite fields for the key exchange',
    shows: ['tls_ffdhe_auto_groups'],
    config: { ...summary, tls_eecdh_auto_curves: '', tls_ffdhe_auto_groups: 'ffdhe3072' },
    outcome: 'delivered',
    expect: [exchange('DHE (3072 bits)')],
  }),
  overSmtp('handshake/disable-workarounds', {
    title: 'A workaround in tls_disable_workarounds that there is not is told of',
    shows: ['tls_disable_workarounds'],
    config: { tls_disable_workarounds: 'TLS_ROLLBACK_BUG NONSENSE' },
    outcome: 'delivered',
    expect: [logged('unknown tls_disable_workarounds value "NONSENSE" in "TLS_ROLLBACK_BUG NONSENSE"')],
  }),
  overSmtp('handshake/ssl-options', {
    title: 'An option in tls_ssl_options that there is not is told of',
    shows: ['tls_ssl_options'],
    config: { tls_ssl_options: 'NO_COMPRESSION NONSENSE' },
    outcome: 'delivered',
    expect: [logged('unknown tls_ssl_options value "NONSENSE" in "NO_COMPRESSION NONSENSE"')],
  }),
  ...overBoth('handshake/without-effect', {
    title: 'What other programs, other libraries and traces go by does nothing to a handshake',
    shows: [
      'smtp_tls_enable_rpk',
      'smtp_tls_trace_size_limit',
      'tls_trace_rate_limit',
      'tls_eecdh_strong_curve',
      'tls_eecdh_ultra_curve',
      'tls_config_file',
      'tls_config_name',
      'tls_fast_shutdown_enable',
    ],
    server: { credential: good },
    config: {
      smtp_tls_enable_rpk: 'yes',
      smtp_tls_trace_size_limit: '1',
      tls_trace_rate_limit: '1',
      tls_eecdh_strong_curve: 'secp521r1',
      tls_eecdh_ultra_curve: 'secp521r1',
      tls_config_file: 'none',
      tls_config_name: 'nobody',
      tls_fast_shutdown_enable: 'no',
    },
    outcome: 'delivered',
  }),
];
