/**
 * System calls that a confined command is refused, with their numbers. Those of x86-64 are of
 * arch/x86/entry/syscalls/syscall_64.tbl, those of arm64 of include/uapi/asm-generic/unistd.h, both of Linux.
 */

/** `x64` or `arm64` is absent where that architecture does not have the call. */
interface RefusedCall {
  readonly name: string;
  readonly x64?: number;
  readonly arm64?: number;
}

const both = (name: string, x64: number, arm64: number = x64): RefusedCall => ({ name, x64, arm64 });

/** Grouped by what they would be used for. They fail with EPERM. */
export const REFUSED_CALLS: readonly RefusedCall[] = [
  // Other processes and their memory.
  both('ptrace', 101, 117),
  both('process_vm_readv', 310, 270),
  both('process_vm_writev', 311, 271),
  both('kcmp', 312, 272),
  both('pidfd_getfd', 438),
  // Keys of the person, which are not kept apart by any namespace.
  both('add_key', 248, 217),
  both('request_key', 249, 218),
  both('keyctl', 250, 219),
  // Namespaces of one's own, in which everything below would be allowed again, and those of others.
  both('unshare', 272, 97),
  both('setns', 308, 268),
  // What is mounted where.
  both('mount', 165, 40),
  both('umount2', 166, 39),
  both('pivot_root', 155, 41),
  both('chroot', 161, 51),
  both('open_tree', 428),
  both('move_mount', 429),
  both('fsopen', 430),
  both('fsconfig', 431),
  both('fsmount', 432),
  both('fspick', 433),
  both('mount_setattr', 442),
  both('open_tree_attr', 467),
  // Files by their number on the disk, past all that is mounted over them.
  both('name_to_handle_at', 303, 264),
  both('open_by_handle_at', 304, 265),
  both('fanotify_init', 300, 262),
  both('quotactl', 179, 60),
  both('quotactl_fd', 443),
  // The kernel itself, and parts of it that were a way into it more than once.
  both('bpf', 321, 280),
  both('perf_event_open', 298, 241),
  both('userfaultfd', 323, 282),
  both('io_uring_setup', 425),
  both('io_uring_enter', 426),
  both('io_uring_register', 427),
  both('kexec_load', 246, 104),
  both('kexec_file_load', 320, 294),
  both('init_module', 175, 105),
  both('finit_module', 313, 273),
  both('delete_module', 176, 106),
  both('reboot', 169, 142),
  both('swapon', 167, 224),
  both('swapoff', 168, 225),
  both('acct', 163, 89),
  both('syslog', 103, 116),
  { name: 'iopl', x64: 172 },
  { name: 'ioperm', x64: 173 },
];

/** Memory that is in no process while nobody has it mapped: what a process has tells nothing of it. */
export const UNCOUNTED_CALLS: readonly RefusedCall[] = [
  both('memfd_create', 319, 279),
  both('memfd_secret', 447),
  both('shmget', 29, 194),
];

/** Calls that are refused for some of their arguments. */
export const JUDGED_CALLS = {
  ioctl: { x64: 16, arm64: 29 },
  clone: { x64: 56, arm64: 220 },
  prctl: { x64: 157, arm64: 167 },
  clone3: { x64: 435, arm64: 435 },
  socket: { x64: 41, arm64: 198 },
} as const;
