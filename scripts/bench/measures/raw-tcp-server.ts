// The sending half of the raw measure: a Node that writes a file to whoever connects, with nothing in between. Prints its port.
import { createReadStream } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';

const [file = ''] = process.argv.slice(2);
const server = createServer((socket) => {
  socket.on('error', () => {}); // the other end says what went wrong
  createReadStream(file, { highWaterMark: 1 << 20 }).pipe(socket);
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));
