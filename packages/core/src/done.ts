/** What has been done already, for those who await it. */
export const done: PromiseLike<void> = {
  then: (resolve, reject) => Promise.resolve().then(resolve, reject),
};
