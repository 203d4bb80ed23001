import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Docker from 'dockerode';
import { gatherRootFileSystem } from './rootfs.ts';

const SHOP = fileURLToPath(new URL('.', import.meta.url));
const APP_FILES = ['Dockerfile', 'jobs', 'lib', 'releases', 'server.mjs', 'worker.mjs'];
/** What an image was made of; an image with the same is not made again. */
const CONTENT_LABEL = 'berth.content';
const NODE_IMAGE = 'berth/node:local';

/** Each image and the target in the Dockerfile that makes it. */
const SHOP_IMAGES: Readonly<Record<string, string>> = {
  'berth/shop:v1': 'v1',
  'berth/shop:v2': 'v2',
  'berth/shop:crash': 'crash',
  'berth/shop:failing': 'failing',
  'berth/shop:never-healthy': 'never-healthy',
  'berth/shop:errors': 'errors',
  'berth/shop:slow': 'slow',
  'berth/shop-worker:v1': 'worker',
  'berth/shop-worker:failing': 'worker-failing',
  'berth/shop-worker:dying': 'worker-dying',
};

/**
 * Builds the example's images in the local engine, those that are not there yet or whose files have changed.
 * On Linux this needs no network; elsewhere Node is not a Linux program, and the engine pulls `node:24-slim`.
 */
export async function buildShopImages(docker: Docker = new Docker()): Promise<void> {
  const node = process.platform === 'linux' ? await buildNodeImage(docker) : 'node:24-slim';
  const content = await contentHash(node === NODE_IMAGE ? await nodeIdentity() : node);
  for (const [tag, target] of Object.entries(SHOP_IMAGES)) {
    if (await isBuilt(docker, tag, content)) continue;
    await inTemporaryFolder(async (context) => {
      for (const name of APP_FILES) await cp(join(SHOP, name), join(context, name), { recursive: true });
      await build(docker, context, {
        t: tag,
        target,
        buildargs: { NODE: node },
        labels: { [CONTENT_LABEL]: content },
      });
    });
  }
}

/** Makes an image of this machine's Node and a shell, and answers with its tag. Linux only. */
export async function buildNodeImage(docker: Docker = new Docker()): Promise<string> {
  const content = await nodeIdentity();
  if (await isBuilt(docker, NODE_IMAGE, content)) return NODE_IMAGE;
  await inTemporaryFolder(async (context) => {
    await gatherRootFileSystem(join(context, 'rootfs'));
    await cp(join(SHOP, 'Dockerfile.node'), join(context, 'Dockerfile'));
    await build(docker, context, { t: NODE_IMAGE, labels: { [CONTENT_LABEL]: content } });
  });
  return NODE_IMAGE;
}

async function isBuilt(docker: Docker, tag: string, content: string): Promise<boolean> {
  try {
    return (await docker.getImage(tag).inspect()).Config.Labels?.[CONTENT_LABEL] === content;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return false;
    throw error;
  }
}

async function build(docker: Docker, context: string, options: Docker.ImageBuildOptions): Promise<void> {
  const tar = spawn('tar', ['-cf', '-', '-C', context, '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const progress = await docker.buildImage(tar.stdout, { ...options, rm: true, forcerm: true });
  const steps = await new Promise<{ error?: string }[]>((resolve, reject) => {
    docker.modem.followProgress(progress, (error, all) => (error ? reject(error) : resolve(all)));
  });
  const failed = steps.find((step) => step.error !== undefined);
  if (failed) throw new Error(`The image ${options.t} could not be built: ${failed.error}`);
}

/** The Node that runs this and how it is put into an image. */
async function nodeIdentity(): Promise<string> {
  const { size, mtimeMs } = await stat(await realpath(process.execPath));
  const recipe = await Promise.all(
    ['Dockerfile.node', 'rootfs.ts'].map((name) => readFile(join(SHOP, name), 'utf8')),
  );
  return hashOf([process.version, process.arch, String(size), String(mtimeMs), ...recipe]);
}

async function contentHash(base: string): Promise<string> {
  const parts = [base];
  for (const name of APP_FILES) {
    const path = join(SHOP, name);
    const files = (await stat(path)).isDirectory()
      ? (await readdir(path)).sort().map((file) => join(path, file))
      : [path];
    for (const file of files) parts.push(file.slice(SHOP.length), await readFile(file, 'utf8'));
  }
  return hashOf(parts);
}

function hashOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

async function inTemporaryFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-image-'));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
