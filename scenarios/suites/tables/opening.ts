/** A table that cannot be opened, and that the delivery does not need. */
import { connections, deferred, logged, scenario } from '../../scenario.ts';
import { place, sent, to } from './_world.ts';

const faultOfFile = 'open file /run/tables/there-is-none: No such file or directory';
const fault = 'open database /run/tables/there-is-none: No such file or directory';

export default [
  scenario('tables/open-error-is-fatal', {
    title: 'Nothing is sent while a table cannot be opened, if that is wanted',
    clauses: ['postfix:daemon_table_open_error_is_fatal'],
    ...place,
    // Without a PIX nobody asks it.
    config: {
      smtp_pix_workaround_maps: 'texthash:/run/tables/there-is-none',
      daemon_table_open_error_is_fatal: 'yes',
    },
    send: sent(),
    expect: [
      deferred(to, { dsn: '4.3.0', relay: 'none', reason: fault }),
      logged(fault),
      connections('mx', 0),
    ],
  }),
  scenario('tables/open-error-in-a-match-list-is-fatal', {
    title: 'A file that a match list names counts among the tables',
    clauses: ['postfix:daemon_table_open_error_is_fatal'],
    ...place,
    config: {
      debug_peer_list: '/run/tables/there-is-none',
      daemon_table_open_error_is_fatal: 'yes',
    },
    send: sent(),
    expect: [
      deferred(to, { dsn: '4.3.0', relay: 'none', reason: faultOfFile }),
      logged(faultOfFile),
      connections('mx', 0),
    ],
  }),
];
