/** The memory that Fargate has for each CPU size, in MiB. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html */
const gigabytes = (from: number, to: number, step: number) =>
  Array.from({ length: (to - from) / step + 1 }, (_, place) => (from + place * step) * 1024);

export const fargateMemory: ReadonlyMap<number, readonly number[]> = new Map([
  [256, [512, 1024, 2048]],
  [512, gigabytes(1, 4, 1)],
  [1024, gigabytes(2, 8, 1)],
  [2048, gigabytes(4, 16, 1)],
  [4096, gigabytes(8, 30, 1)],
  [8192, gigabytes(16, 60, 4)],
  [16_384, gigabytes(32, 120, 8)],
  [32_768, [60, 120, 244].map((size) => size * 1024)],
]);

/** What is wrong with a size, and what would be right; undefined when Fargate has it. */
export function sizeProblem(cpuUnits: number, memoryMiB: number) {
  const sizes = fargateMemory.get(cpuUnits);
  if (!sizes) {
    const known = [...fargateMemory.keys()].join(', ');
    return { path: 'cpu', detail: `Fargate has no ${cpuUnits} CPU units; it has ${known}` } as const;
  }
  if (sizes.includes(memoryMiB)) return undefined;
  return {
    path: 'memory',
    detail: `Fargate has no ${cpuUnits} CPU units with ${memoryMiB} MiB; with ${cpuUnits} go ${sizes.join(', ')} MiB`,
  } as const;
}
