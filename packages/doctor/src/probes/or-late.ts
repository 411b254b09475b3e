/** The value, or undefined when it takes longer than so many ms. What is late is not waited for any more. */
export function orLate<Value>(waiting: Promise<Value>, within: number): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), Math.max(0, within));
    waiting.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
