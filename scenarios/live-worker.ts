/** What runs inside a sandbox. */
import { obeyOrders } from './live-orders.ts';
import { findSenders } from './senders/find.ts';

obeyOrders(findSenders);
