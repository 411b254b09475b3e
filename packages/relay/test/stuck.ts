import { once } from 'node:events';
import { Writable } from 'node:stream';

/** Takes the first bytes and then nothing more. */
export function stuck() {
  let isFree = false;
  let goOn: () => void = () => undefined;
  const sink = new Writable({
    highWaterMark: 1,
    write: (_chunk, _encoding, done) => {
      if (isFree) return done();
      goOn = done;
      sink.emit('began');
    },
  });
  const free = () => {
    isFree = true;
    goOn();
  };
  return { sink, began: once(sink, 'began'), free };
}
