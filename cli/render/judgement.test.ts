import pico from 'picocolors';
import { expect, test } from 'vitest';
import type { EvidencePageView, EvidenceView } from '../../core/contract/deployment-views.ts';
import { renderJudgement } from './judgement.ts';

const plain = pico.createColors(false);

const interval = (minute: number, e: number): EvidenceView => ({
  from: `2026-01-01T00:0${minute}:00.000Z`,
  to: `2026-01-01T00:0${minute + 1}:00.000Z`,
  share: 0.25,
  requests: { canary: 1204, baseline: 3611 },
  errors: { canary: 31, baseline: 9, counted: 'episodes' },
  verdict: e >= 93 ? 'worse' : 'undecided',
  measures: [{ of: 'errors', e, threshold: 93.25 }],
  bounds: [],
});

const page: EvidencePageView = {
  items: [interval(2, 1e9), interval(1, 12.345), interval(0, 0.5)],
  judgement: {
    verdict: 'worse',
    text: '31 errors in 1,204 requests where the release before had 9 in 3,611',
    of: 'errors',
    bounds: [{ of: 'errors', isReached: false, text: 'errors: at most 9.1×' }],
    intervals: 3,
    foreseen: ['a doubled error rate in about 13 minutes'],
    dryRun: false,
  },
  agrees: true,
};

test('a judgement tells its verdict, what it was made from, and how the evidence grew', () => {
  expect(renderJudgement(page, plain).split('\n')).toEqual([
    'judged worse: 31 errors in 1,204 requests where the release before had 9 in 3,611',
    '  weighed anew from 3 intervals of evidence, the same as was decided',
    '  … errors: at most 9.1×',
    '  beforehand: a doubled error rate in about 13 minutes',
    '',
    'from (UTC)  share  requests       errors  errors: e of    then',
    '00:00:00    25 %   1,204 | 3,611  31 | 9  0.5 of 93.3     undecided',
    '00:01:00    25 %   1,204 | 3,611  31 | 9  12.3 of 93.3    undecided',
    '00:02:00    25 %   1,204 | 3,611  31 | 9  1.0e+9 of 93.3  worse',
    'new release | release before; it is worse when e reaches what stands behind it',
  ]);
});

test('one that cannot be repeated says so, and nothing in it disturbs the terminal', () => {
  const evil = { ...page.judgement!, text: 'x\u001b[2J\u202e' };
  const text = renderJudgement({ ...page, judgement: evil, agrees: false, partial: true }, plain);
  expect(text).toContain('3 and more intervals of evidence, and not what was decided');
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
  expect(renderJudgement({ items: [] }, plain)).toBe('');
});
