# Ways out of the sandbox that need more than a shell. Each prints ESCAPED where it has got out, and else what the system said.
import ctypes, errno, fcntl, mmap, os, platform, socket, struct, sys

libc = ctypes.CDLL(None, use_errno=True)
X64 = platform.machine() == 'x86_64'


def call(number, *args):
    """The system call by its number; -1 and errno as it says."""
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in args])


def number(x64, arm64=None):
    return x64 if X64 else (x64 if arm64 is None else arm64)


def told(result, refused=(errno.EPERM,)):
    """ESCAPED unless the filter refused: other errors mean that the kernel looked at the request."""
    code = ctypes.get_errno()
    if result == -1 and code in refused:
        print('refused', errno.errorcode[code])
    else:
        print('ESCAPED' if result != -1 else 'LET THROUGH: ' + errno.errorcode.get(code, str(code)))


def connect(family, address):
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.settimeout(3)
    sock.connect(address)
    print('ESCAPED')


def machine_code(code):
    memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    return ctypes.CFUNCTYPE(ctypes.c_long)(address)()


CLONE_NEWUSER, CLONE_NEWNS, SIGCHLD = 0x10000000, 0x00020000, 17
MS_REMOUNT, MS_BIND = 32, 4096


def clone_user():
    child = call(number(56, 220), CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    told(child)


def clone3_user():
    args = ctypes.create_string_buffer(struct.pack('11Q', CLONE_NEWUSER, 0, 0, 0, SIGCHLD, 0, 0, 0, 0, 0, 0))
    child = call(435, args, 88)
    if child == 0:
        os._exit(0)
    told(child, (errno.ENOSYS,))


def type_into_terminal():
    fcntl.ioctl(0, 0x5412, b'x')
    print('ESCAPED')


def type_with_high_bits():
    told(libc.ioctl(0, ctypes.c_ulong((1 << 32) | 0x5412), b'x'))


ATTACKS = {
    'tcp': lambda port: connect(socket.AF_INET, ('127.0.0.1', int(port))),
    'unix': lambda path: connect(socket.AF_UNIX, path),
    'abstract': lambda name: connect(socket.AF_UNIX, '\0' + name),
    'vsock': lambda: (socket.socket(40, socket.SOCK_STREAM), print('ESCAPED')),
    'packet': lambda: (socket.socket(socket.AF_PACKET, socket.SOCK_RAW), print('ESCAPED')),
    'mount': lambda at: told(libc.mount(b'none', at.encode(), b'tmpfs', 0, None)),
    'remount': lambda at: told(libc.mount(b'none', at.encode(), None, MS_REMOUNT | MS_BIND, None)),
    'bind': lambda at: told(libc.mount(b'/', at.encode(), None, MS_BIND, None)),
    'umount': lambda at: told(libc.umount2(at.encode(), 2)),
    'pivot': lambda at: told(call(number(155, 41), at.encode(), at.encode())),
    'chroot': lambda at: told(libc.chroot(at.encode())),
    'unshare-user': lambda: told(libc.unshare(CLONE_NEWUSER)),
    'unshare-mount': lambda: told(libc.unshare(CLONE_NEWNS)),
    'clone-user': clone_user,
    'clone3-user': clone3_user,
    'setns': lambda: told(libc.setns(os.open('/proc/self/ns/mnt', os.O_RDONLY), 0)),
    'ptrace': lambda pid: told(call(number(101, 117), 16, int(pid), 0, 0)),
    'peek': lambda pid: told(call(number(310, 270), int(pid), 0, 0, 0, 0, 0)),
    'fsopen': lambda: told(call(430, b'tmpfs', 0)),
    'open-tree': lambda: told(call(428, -100, b'/', 1)),
    'handle': lambda: told(call(number(304, 265), -100, 0, 0)),
    'keyring': lambda: told(call(number(250, 219), 0, -3, 0)),
    'add-key': lambda: told(call(number(248, 217), b'user', b'dispatch', b'x', 1, -3)),
    'bpf': lambda: told(call(number(321, 280), 0, 0, 0)),
    'perf': lambda: told(call(number(298, 241), 0, 0, -1, -1, 0)),
    'userfault': lambda: told(call(number(323, 282), 1)),
    'io-uring': lambda: told(call(425, 1, 0)),
    'kexec': lambda: told(call(number(246, 104), 0, 0, 0, 0)),
    'module': lambda: told(call(number(313, 273), -1, b'', 0)),
    'x32': lambda: told(call(0x40000000 | 39)),
    'i386': lambda: print('ESCAPED', machine_code(b'\xb8\x14\x00\x00\x00\xcd\x80\xc3')),
    'sticky-input': type_into_terminal,
    'sticky-input-high': type_with_high_bits,
    'exe': lambda: (os.open('/proc/1/exe', os.O_WRONLY), print('ESCAPED')),
}

try:
    ATTACKS[sys.argv[1]](*sys.argv[2:])
except OSError as error:
    print('refused', errno.errorcode.get(error.errno, error))
