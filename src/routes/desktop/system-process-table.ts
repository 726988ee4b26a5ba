/** Chooses how the processes of this machine are looked at. */

import type { ProcessTable } from './process-table.ts';
import { createLinuxProcessTable } from './process-table-linux.ts';
import { createPsProcessTable } from './process-table-ps.ts';

export function createProcessTable(): ProcessTable {
  return process.platform === 'linux' ? createLinuxProcessTable() : createPsProcessTable();
}
