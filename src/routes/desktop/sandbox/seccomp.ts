/**
 * The filter of system calls for confined commands, as a program for the kernel (seccomp(2), classic BPF). What must not be done is
 * refused with an error; a call by the numbers of another architecture ends the process.
 */

import { JUDGED_CALLS, REFUSED_CALLS, UNCOUNTED_CALLS } from './system-calls.ts';

export type FilterArchitecture = 'x64' | 'arm64';

/** AUDIT_ARCH_* of include/uapi/linux/audit.h. */
const ARCHITECTURES: Readonly<Record<FilterArchitecture, number>> = { x64: 0xc000003e, arm64: 0xc00000b7 };
/** __X32_SYSCALL_BIT: the same calls once more, under other numbers. */
const X32_BIT = 0x4000_0000;

/** BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_{JEQ,JGE,JSET}|BPF_K, BPF_RET|BPF_K of include/uapi/linux/bpf_common.h. */
const CODE = { load: 0x20, jumpEqual: 0x15, jumpAtLeast: 0x35, jumpIfSet: 0x45, answer: 0x06 } as const;
/** SECCOMP_RET_* of include/uapi/linux/seccomp.h; the number of an error goes into the low half of ERRNO. */
const ALLOW = 0x7fff_0000;
const KILL_PROCESS = 0x8000_0000;
const ERRNO = 0x0005_0000;
const [EPERM, ENOSYS, EAFNOSUPPORT] = [1, 38, 97];

/** Offsets in struct seccomp_data. Of arguments the low half is looked at, as the kernel does with what has 32 bits. */
const NUMBER = 0;
const ARCH = 4;
const FIRST_ARGUMENT = 16;
const SECOND_ARGUMENT = 24;

/**
 * Requests of include/uapi/asm-generic/ioctls.h: input for the terminal as if a person had typed it (TIOCSTI, and paste by
 * TIOCLINUX), and another line discipline for it.
 */
const REFUSED_REQUESTS = [0x5412, 0x541c, 0x5423];
/** CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET} of include/uapi/linux/sched.h. */
const NEW_NAMESPACES = 0x7e02_0000;
/** PR_SET_DUMPABLE of include/uapi/linux/prctl.h. */
const SET_DUMPABLE = 4;
/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK of include/linux/socket.h. */
const [UNIX, INET, INET6, NETLINK] = [1, 2, 10, 16];

export interface FilterOptions {
  /**
   * Whether sockets with a name on this machine may be made. Those without a file belong to the network, and those with one can be
   * connected to wherever it can be seen, also read-only. Pairs of sockets are always allowed.
   */
  readonly unixSockets: boolean;
  /** True if the processes are looked at for what they use: refuses memory that belongs to none of them, and closing themselves to /proc. */
  readonly counted?: boolean;
}

/** As the kernel takes it: eight bytes an instruction, in the order of bytes of this machine, which is little-endian. */
export function buildFilter(architecture: FilterArchitecture, { unixSockets, counted = false }: FilterOptions): Buffer {
  const families = [INET, INET6, NETLINK, ...(unixSockets ? [UNIX] : [])];
  const refused = counted ? [...REFUSED_CALLS, ...UNCOUNTED_CALLS] : REFUSED_CALLS;
  const numbers = refused.flatMap((call) => call[architecture] ?? []);
  const program: Instruction[] = [
    load(ARCH),
    [CODE.jumpEqual, 1, 0, ARCHITECTURES[architecture]],
    answer(KILL_PROCESS),
    load(NUMBER),
    ...(architecture === 'x64' ? on(CODE.jumpAtLeast, X32_BIT, [answer(ERRNO | EPERM)]) : []),
    ...numbers.flatMap((number) => on(CODE.jumpEqual, number, [answer(ERRNO | EPERM)])),
    // Its flags lie in memory, where a filter cannot look: without it programs use clone.
    ...on(CODE.jumpEqual, JUDGED_CALLS.clone3[architecture], [answer(ERRNO | ENOSYS)]),
    ...on(CODE.jumpEqual, JUDGED_CALLS.clone[architecture], [
      load(FIRST_ARGUMENT),
      ...on(CODE.jumpIfSet, NEW_NAMESPACES, [answer(ERRNO | EPERM)]),
      answer(ALLOW),
    ]),
    ...on(CODE.jumpEqual, JUDGED_CALLS.ioctl[architecture], [
      load(SECOND_ARGUMENT),
      ...REFUSED_REQUESTS.flatMap((request) => on(CODE.jumpEqual, request, [answer(ERRNO | EPERM)])),
      answer(ALLOW),
    ]),
    ...(counted
      ? on(CODE.jumpEqual, JUDGED_CALLS.prctl[architecture], [
          load(FIRST_ARGUMENT),
          ...on(CODE.jumpEqual, SET_DUMPABLE, [answer(ERRNO | EPERM)]),
          answer(ALLOW),
        ])
      : []),
    ...on(CODE.jumpEqual, JUDGED_CALLS.socket[architecture], [
      load(FIRST_ARGUMENT),
      ...families.flatMap((family) => on(CODE.jumpEqual, family, [answer(ALLOW)])),
      ...on(CODE.jumpEqual, UNIX, [answer(ERRNO | EPERM)]),
      answer(ERRNO | EAFNOSUPPORT),
    ]),
    answer(ALLOW),
  ];
  return assemble(program);
}

/** Code, how many to pass over if true and if false, operand. */
type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, operand: number];

const load = (offset: number): Instruction => [CODE.load, 0, 0, offset];
const answer = (value: number): Instruction => [CODE.answer, 0, 0, value >>> 0];

/** Does `then` if what was loaded compares so, else passes over it. */
function on(code: number, operand: number, then: readonly Instruction[]): Instruction[] {
  return [[code, 0, then.length, operand], ...then];
}

function assemble(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, [code, ifTrue, ifFalse, operand]] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(ifTrue, index * 8 + 2);
    bytes.writeUInt8(ifFalse, index * 8 + 3);
    bytes.writeUInt32LE(operand, index * 8 + 4);
  }
  return bytes;
}
