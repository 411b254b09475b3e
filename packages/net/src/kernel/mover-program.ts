/** How thread and main thread agree on the numbers that both see (mover.ts). */
export const moverSlots = {
  /** Transfers at a time; those beyond are moved by the ordinary pump. */
  count: 4096,
  /** Numbers of each: bytes that have arrived, bytes that are in the pipe. */
  fields: 2,
} as const;

/** Bytes of a pipe, where the system allows it: a pipe of the usual 64 KiB takes a third more of the processor. */
const pipeSize = 1024 * 1024;

/**
 * The program of the thread that moves bytes from socket to socket inside the kernel: splice(2) into a pipe and out of it, epoll(7)
 * for what can go on. As text, because a thread cannot be started from a file that is TypeScript or part of a bundle. The thread waits
 * in the kernel and nowhere else: a message is followed by a number written to `wake`.
 */
export const moverProgram = `'use strict';
const { parentPort, receiveMessageOnPort, workerData } = require('node:worker_threads');
const { module, wake, numbers } = workerData;
const koffi = require(module);
const c = koffi.load(null);
const splice = c.func('long splice(int from, void *at, int to, void *into, size_t count, uint32_t flags)');
const pipe2 = c.func('int pipe2(void *ends, int flags)');
const fcntl = c.func('int fcntl(int fd, int command, long value)');
const close = c.func('int close(int fd)');
const read = c.func('long read(int fd, void *into, size_t count)');
const getsockopt = c.func('int getsockopt(int fd, int level, int name, void *value, void *size)');
const epoll_create1 = c.func('int epoll_create1(int flags)');
const epoll_ctl = c.func('int epoll_ctl(int set, int what, int fd, void *event)');
const epoll_wait = c.func('int epoll_wait(int set, void *events, int most, int timeout)');

const EINTR = 4, EAGAIN = 11, EPIPE = 32, ECONNRESET = 104;
const CLOEXEC = 0x80000, NONBLOCK = 0x800, SETPIPE_SZ = 1031, MOVE_NONBLOCK = 3;
const IN = 1, OUT = 4, ERR = 8, HUP = 16, EDGE = 0x80000000, ADD = 1, DEL = 2;
/** What one transfer moves before the others have their turn. */
const turn = 4 * ${pipeSize};
const pipesKept = 16;
/** struct epoll_event is packed on x86-64, and only there. */
const stride = process.arch === 'x64' ? 12 : 16;
const most = 64;

const counted = new Float64Array(numbers);
const set = epoll_create1(CLOEXEC);
const events = new Uint8Array(most * stride);
const view = new DataView(events.buffer);
const event = new Uint8Array(stride);
const eventView = new DataView(event.buffer);
const tasks = new Map();
const pipes = [];
let running = new Set();
let isOver = false;

function watch(what, fd, mask, data) {
  eventView.setUint32(0, mask >>> 0, true);
  eventView.setUint32(stride - 8, data, true);
  return epoll_ctl(set, what, fd, event);
}

function takePipe() {
  const kept = pipes.pop();
  if (kept !== undefined) return kept;
  const ends = new Int32Array(2);
  if (pipe2(ends, CLOEXEC | NONBLOCK) < 0) return undefined;
  // Refused to a user who has many of them: then it is a smaller one.
  fcntl(ends[1], SETPIPE_SZ, ${pipeSize});
  return { from: ends[0], to: ends[1] };
}

function givePipe(pipe, isEmpty) {
  if (isEmpty && pipes.length < pipesKept) return void pipes.push(pipe);
  close(pipe.from);
  close(pipe.to);
}

function begin({ id, from, to }) {
  const task = { id, from, to, pipe: takePipe(), held: 0, moved: 0, ended: false };
  tasks.set(id, task);
  if (task.pipe === undefined) return finish(task, { side: 'from', errno: koffi.errno() });
  if (watch(ADD, from, IN | EDGE, id * 2) < 0) return finish(task, { side: 'from', errno: koffi.errno() });
  if (watch(ADD, to, OUT | EDGE, id * 2 + 1) < 0) return finish(task, { side: 'to', errno: koffi.errno() });
  running.add(task);
}

function finish(task, outcome) {
  const { id, from, to, pipe, held, moved } = task;
  tasks.delete(id);
  running.delete(task);
  for (const fd of [from, to]) {
    watch(DEL, fd, 0, 0);
    close(fd);
  }
  if (pipe !== undefined) givePipe(pipe, held === 0);
  parentPort.postMessage({ id, moved, ...outcome });
}

/** Moves what can be moved now. True: there may be more. */
function step(task) {
  const { id, from, to, pipe } = task;
  for (let left = turn; left > 0; ) {
    const isOut = task.held > 0;
    const count = isOut
      ? splice(pipe.from, null, to, null, task.held, MOVE_NONBLOCK)
      : splice(from, null, pipe.to, null, ${pipeSize}, MOVE_NONBLOCK);
    if (count < 0) {
      const errno = koffi.errno();
      if (errno === EINTR) continue;
      if (errno !== EAGAIN) finish(task, { side: isOut ? 'to' : 'from', errno });
      return false;
    }
    if (isOut) {
      task.held -= count;
      task.moved += count;
      left -= count;
    } else if (count > 0) task.held += count;
    else {
      const errno = pending(from);
      finish(task, errno === 0 ? {} : { side: 'from', errno });
      return false;
    }
    counted[id * 2] = task.moved;
    counted[id * 2 + 1] = task.held;
  }
  return true;
}

const error = new Int32Array(1);
const errorSize = Int32Array.of(4);

/** An end that is none: the connection was reset behind it. */
function pending(fd) {
  error[0] = 0;
  return getsockopt(fd, 1, 4, error, errorSize) < 0 ? koffi.errno() : error[0];
}

function happened(index) {
  const mask = view.getUint32(index * stride, true);
  const data = view.getUint32(index * stride + stride - 8, true);
  if (data === 0xffffffff) return void read(wake, new Uint8Array(8), 8);
  const task = tasks.get(data >>> 1);
  if (task === undefined) return;
  const isTarget = (data & 1) === 1;
  // Nothing may be under way to it that would tell.
  if (isTarget && (mask & (ERR | HUP)) !== 0) finish(task, { side: 'to', errno: pending(task.to) || ECONNRESET });
  else running.add(task);
}

function obey() {
  for (let told = receiveMessageOnPort(parentPort); told; told = receiveMessageOnPort(parentPort)) {
    const { message } = told;
    if (message.kind === 'move') begin(message);
    else if (message.kind === 'stop') isOver = true;
    else {
      const task = tasks.get(message.id);
      if (task !== undefined) finish(task, { dropped: true });
    }
  }
}

watch(ADD, wake, IN, 0xffffffff);
parentPort.postMessage('ready');
while (!isOver) {
  const count = epoll_wait(set, events, most, running.size > 0 ? 0 : 1000);
  for (let index = 0; index < count; index += 1) happened(index);
  obey();
  for (const task of [...running]) if (!step(task)) running.delete(task);
}
for (const task of [...tasks.values()]) finish(task, { dropped: true });
for (const pipe of pipes) {
  close(pipe.from);
  close(pipe.to);
}
close(set);
`;
