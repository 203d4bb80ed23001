/** What a host of an EC2 instance type registers with: CPU units, and the memory that its agent finds, in MiB. */
export interface InstanceType {
  readonly cpu: number;
  readonly memory: number;
  readonly architecture: 'x86_64' | 'arm64';
}

const gibibytes: Readonly<Record<string, readonly [vcpus: number, gib: number]>> = {
  't2.micro': [1, 1],
  't2.medium': [2, 4],
  't3.micro': [2, 1],
  't3.small': [2, 2],
  't3.medium': [2, 4],
  't3.large': [2, 8],
  't4g.small': [2, 2],
  't4g.medium': [2, 4],
  'm5.large': [2, 8],
  'm5.xlarge': [4, 16],
  'm5.2xlarge': [8, 32],
  'm6g.large': [2, 8],
  'm6g.xlarge': [4, 16],
  'm7i.large': [2, 8],
  'c5.large': [2, 4],
  'c5.xlarge': [4, 8],
  'c6g.large': [2, 4],
  'c7i.xlarge': [4, 8],
  'r5.large': [2, 16],
  'r5.xlarge': [4, 32],
};

export const defaultInstanceType = 'm5.large';

/** The system keeps about 6 % of the memory for itself: an m5.large with 8 GiB registers 7,680 MiB or so. */
const usableShare = 0.94;

export function instanceType(name: string): InstanceType | undefined {
  const size = Object.hasOwn(gibibytes, name) ? gibibytes[name] : undefined;
  if (!size) return undefined;
  return {
    cpu: size[0] * 1024,
    memory: Math.floor(size[1] * 1024 * usableShare),
    architecture: /^[a-z]+\d+g/.test(name) ? 'arm64' : 'x86_64',
  };
}

export const instanceTypes: readonly string[] = Object.keys(gibibytes);
