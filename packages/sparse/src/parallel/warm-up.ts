/** When the rate rises: from that of one worker to as many times it. */
export interface WarmUp {
  readonly workers: number;
  /** 0: it is high from the start. */
  readonly warmUpEpochs: number;
}

/** The learning rate of WASSP-SGD in an epoch, counted from 0. */
export function warmedUp(rate: number, epoch: number, { workers, warmUpEpochs }: WarmUp): number {
  const share = warmUpEpochs === 0 ? 1 : Math.min(epoch / warmUpEpochs, 1);
  return rate * (1 + (workers - 1) * share);
}
