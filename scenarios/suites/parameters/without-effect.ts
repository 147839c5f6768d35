/** Parameters of other programs, and of former releases: whatever they are set to, a delivery is the same. */
import {
  connections,
  delivered,
  logged,
  mailHost,
  message,
  order,
  pipelined,
  received,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const to = 'user@example.test';
const rejecting = 'regexp:{{/./ REJECT}}';
const nowhere = 'nowhere';

/** What is awkward for programs that receive mail: a hidden recipient, eight bits, an attachment encoded as it must not be. */
const content = [
  'Bcc: hidden@example.test',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: message/rfc822',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'Subject: nested',
  '',
  'ü',
  '--b--',
  '',
].join('\r\n');

const groups: readonly {
  readonly name: string;
  readonly title: string;
  readonly config: Readonly<Record<string, string>>;
  readonly virtualOnly?: string;
}[] = [
  {
    name: 'receiving',
    title: 'What rules the receiving of mail does nothing to its delivery',
    config: {
      header_checks: rejecting,
      body_checks: rejecting,
      mime_header_checks: rejecting,
      nested_header_checks: rejecting,
      non_smtpd_milters: 'inet:192.0.2.9:1',
      message_size_limit: '1',
      header_address_token_limit: '1',
      disable_mime_input_processing: 'yes',
      strict_7bit_headers: 'yes',
      strict_8bitmime: 'yes',
      strict_8bitmime_body: 'yes',
      strict_mime_encoding_domain: 'yes',
      strict_smtputf8: 'yes',
      message_drop_headers: 'bcc, mime-version',
      mynetworks: '192.0.2.0/24',
      mynetworks_style: 'subnet',
      enable_original_recipient: 'no',
      alias_database: 'texthash:/nowhere',
    },
  },
  {
    name: 'queue',
    title: 'What the queue manager and bounce(8) go by does nothing to a delivery',
    config: {
      queue_run_delay: '1d',
      in_flow_delay: '10s',
      default_process_limit: '1',
      default_verp_delimiters: '--',
      verp_delimiter_filter: '!-',
      dont_remove: '1',
      enable_long_queue_ids: 'yes',
      backwards_bounce_logfile_compatibility: 'no',
    },
  },
  {
    name: 'processes',
    title: 'How long processes live, and what they wait for, does nothing to a delivery',
    config: {
      max_idle: '1s',
      max_use: '1',
      daemon_timeout: '1d',
      ipc_timeout: '1d',
      ipc_idle: '1s',
      ipc_ttl: '1s',
      connection_cache_protocol_timeout: '1s',
      application_event_drain_time: '1s',
      trigger_timeout: '1s',
      fork_attempts: '1',
      fork_delay: '9s',
      deliver_lock_attempts: '1',
      deliver_lock_delay: '9s',
      stale_lock_time: '1s',
      fault_injection_code: '1',
      debugger_command: 'exit 1',
      lmdb_map_size: '8192',
      berkeley_db_create_buffer_size: '8192',
      berkeley_db_read_buffer_size: '8192',
      dns_ncache_ttl_fix_enable: 'yes',
    },
  },
  {
    name: 'files',
    title: 'Where documentation and other things are kept does nothing to a delivery',
    config: {
      readme_directory: '/nowhere',
      html_directory: '/nowhere',
      alternate_config_directories: '/nowhere',
      process_id_directory: nowhere,
      openssl_path: '/nowhere',
      respectful_logging: 'no',
    },
  },
  {
    name: 'tls',
    title: 'What TLS of other programs goes by does nothing to a delivery',
    config: {
      tlsmgr_service_name: nowhere,
      tlsproxy_service_name: nowhere,
      tls_daemon_random_bytes: '1',
      tls_preempt_cipherlist: 'yes',
      tls_session_ticket_cipher: 'aes-128-cbc',
      tls_server_sni_maps: 'texthash:/nowhere',
    },
  },
  {
    name: 'former-releases',
    title: 'What chose ciphers before there were grades of them does nothing to a delivery',
    config: { smtp_tls_cipherlist: 'NULL' },
  },
  {
    name: 'installation',
    title: 'What a running Postfix is made of does nothing to a delivery of this client',
    virtualOnly: 'the agents of a running Postfix do not start, or not log, without these',
    config: {
      daemon_directory: '/nowhere',
      command_directory: '/nowhere',
      data_directory: '/nowhere',
      meta_directory: '/nowhere',
      shlib_directory: '/nowhere',
      config_directory: '/nowhere',
      hash_queue_names: 'active',
      hash_queue_depth: '9',
      mail_owner: 'nobody',
      setgid_group: nowhere,
      default_privs: 'root',
      import_environment: '',
      export_environment: '',
      multi_instance_enable: 'yes',
      multi_instance_name: 'postfix-other',
      multi_instance_group: 'others',
      multi_instance_wrapper: '/nowhere',
      multi_instance_directories: '/nowhere',
      syslog_facility: 'local0',
      syslog_name: 'other',
      maillog_file: '/nowhere',
      maillog_file_prefixes: '/else',
      maillog_file_compressor: 'false',
      maillog_file_rotate_suffix: '%S',
      maillog_file_permissions: '0666',
      tls_trust_server_ccerts: 'yes',
    },
  },
  {
    name: 'services',
    title: 'Names of other programs of a running Postfix do nothing to a delivery of this client',
    virtualOnly: 'the agents of a running Postfix cannot do without these',
    config: Object.fromEntries(
      [
        'address_verify',
        'bounce',
        'cleanup',
        'connection_cache',
        'defer',
        'error',
        'flush',
        'non_bdb_migration',
        'pickup',
        'postlog',
        'proxymap',
        'proxywrite',
        'queue',
        'rewrite',
        'showq',
        'trace',
      ].map((service) => [`${service}_service_name`, nowhere]),
    ),
  },
];

const services = [
  { service: 'smtp', hello: 'EHLO' },
  { service: 'lmtp', hello: 'LHLO' },
] as const;

export default [
  ...groups.flatMap(({ name, title, config, ...world }) =>
    services.map(({ service, hello }) =>
      scenario(`parameters/without-effect-${name}-${service}`, {
        title: `${title} (${service.toUpperCase()})`,
        clauses: Object.keys(config).map((parameter) => `postfix:${parameter}`),
        dns,
        hosts: { mx: mailHost({ protocol: service }) },
        config,
        send: message({ to, service, nexthop: '[mx.example.test]', content, encoding: '8bit' }),
        expect: [
          delivered(to, { via: 'mx' }),
          received('mx', { count: 1, content }),
          pipelined('mx', [
            [`${hello} client.test`],
            ['MAIL FROM:<sender@client.test> *', `RCPT TO:<${to}>`, 'DATA'],
            ['.', 'QUIT'],
          ]),
        ],
        ...world,
      }),
    ),
  ),
  scenario('parameters/smtp-skip-4xx-greeting', {
    title: 'A 4xx greeting leads to the next server, though smtp_skip_4xx_greeting is no',
    clauses: ['postfix:smtp_skip_4xx_greeting'],
    dns: zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' }),
    hosts: { a: mailHost({ greeting: '450 4.3.2 busy' }), b: mailHost() },
    config: { smtp_skip_4xx_greeting: 'no' },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'b' }),
      order(['a', 'b']),
      logged('host a.example.test[192.0.2.1] refused to talk to me: 450 4.3.2 busy'),
    ],
  }),
  scenario('parameters/lmtp-cache-connection', {
    title: 'Connections are used again, though lmtp_cache_connection is no',
    clauses: ['postfix:lmtp_cache_connection'],
    dns,
    hosts: { mx: mailHost({ protocol: 'lmtp' }) },
    config: { lmtp_cache_connection: 'no' },
    send: ['0s', '100ms'].map((after) =>
      message({ to, service: 'lmtp', nexthop: '[mx.example.test]', reuse: 'both', after }),
    ),
    expect: [delivered(to), delivered(to), connections('mx', 1), logged('conn_use=2')],
    tolerates: {
      'rfc5321-4.1.1.10-01': 'Postfix closes connections that nobody uses any more without QUIT',
    },
  }),
];
