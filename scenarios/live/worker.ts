/** What runs inside a sandbox. */

import { findSenders } from '../senders/find.ts';
import { obeyOrders } from './orders.ts';

obeyOrders(findSenders);
