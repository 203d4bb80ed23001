import { describe, expect, it } from 'vitest';
import { imageOfCommit } from './ci-manifest.ts';
import { parse } from './parse.ts';
import { serviceManifest } from './service-manifest.ts';

const github = { repository: 'acme/shop', branch: 'main', image: 'ghcr.io/acme/shop:{sha}' };
const read = (changes: object) =>
  parse(serviceManifest, { image: 'acme/shop:1', ci: { github: { ...github, ...changes } } });

describe('what GitHub may deploy', () => {
  it('is a repository, a branch, and the image of a commit', () => {
    expect(read({ workflow: 'build.yml' })).toMatchObject({ ok: true, value: { ci: { github } } });
    expect(imageOfCommit('a/{short}:{sha}', 'abcdefabcdef')).toBe('a/abcdefa:abcdefabcdef');
  });

  it.each([
    ['repository', 'shop'],
    ['repository', 'https://github.com/acme/shop'],
    ['repository', 'acme/..'],
    ['repository', 'acme/shop/../../users'],
    ['branch', 'release/*'],
    ['branch', 'refs/heads/main'],
    ['branch', 'main\n'],
    ['branch', ''],
    ['branch', '../main'],
    ['image', 'ghcr.io/acme/shop:latest'],
    ['image', 'ghcr.io/acme/{sha} x'],
    ['image', '{branch}:{sha}'],
    ['workflow', '.github/workflows/build.yml'],
    ['workflow', 'build'],
    ['events', ['push']],
  ])('is not %s: %j', (key, value) => {
    const parsed = read({ [key]: value });
    expect(parsed).toMatchObject({ ok: false });
    expect(!parsed.ok && parsed.errors[0]?.path).toBe(`/ci/github/${key}`);
  });
});
