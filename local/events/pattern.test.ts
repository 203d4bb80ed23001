import { describe, expect, it } from 'vitest';
import { compilePattern } from './pattern.ts';

const matches = (pattern: object, event: object) => compilePattern(JSON.stringify(pattern))(event);

describe('an event pattern', () => {
  it.each<[string, object, object, boolean]>([
    ['a value', { source: ['aws.ecs'] }, { source: 'aws.ecs' }, true],
    ['one of several', { source: ['x', 'aws.ecs'] }, { source: 'aws.ecs' }, true],
    ['another value', { source: ['aws.ecs'] }, { source: 'aws.ec2' }, false],
    ['a number is no string', { n: [1] }, { n: '1' }, false],
    ['null', { a: [null] }, { a: null }, true],
    ['null is not absence', { a: [null] }, {}, false],
    ['an array in the event', { a: ['x'] }, { a: ['y', 'x'] }, true],
    ['nested', { detail: { s: ['RUNNING'] } }, { detail: { s: 'RUNNING' } }, true],
    ['nested in an array', { detail: { c: { n: [1] } } }, { detail: { c: [{ n: 0 }, { n: 1 }] } }, true],
    ['all fields', { a: [1], b: [2] }, { a: 1, b: 3 }, false],
    ['prefix', { a: [{ prefix: 'ab' }] }, { a: 'abc' }, true],
    ['prefix without case', { a: [{ prefix: { 'equals-ignore-case': 'AB' } }] }, { a: 'abc' }, true],
    ['suffix', { a: [{ suffix: 'bc' }] }, { a: 'abc' }, true],
    ['no suffix', { a: [{ suffix: 'ab' }] }, { a: 'abc' }, false],
    ['without case', { a: [{ 'equals-ignore-case': 'ABC' }] }, { a: 'aBc' }, true],
    ['anything but', { a: [{ 'anything-but': 'x' }] }, { a: 'y' }, true],
    ['anything but, the very thing', { a: [{ 'anything-but': ['x', 'y'] }] }, { a: 'y' }, false],
    ['anything but needs a value', { a: [{ 'anything-but': 'x' }] }, {}, false],
    ['anything but a prefix', { a: [{ 'anything-but': { prefix: 'AWS ' } }] }, { a: 'AWS API Call' }, false],
    ['anything but prefixes', { a: [{ 'anything-but': { prefix: ['x', 'y'] } }] }, { a: 'z' }, true],
    ['anything but a wildcard', { a: [{ 'anything-but': { wildcard: '*/x/*' } }] }, { a: 'a/x/b' }, false],
    ['numeric', { n: [{ numeric: ['>', 0, '<=', 5] }] }, { n: 5 }, true],
    ['numeric outside', { n: [{ numeric: ['>', 0, '<=', 5] }] }, { n: 5.1 }, false],
    ['numeric on text', { n: [{ numeric: ['=', 5] }] }, { n: '5' }, false],
    ['exists', { a: [{ exists: true }] }, { a: 0 }, true],
    ['exists not', { a: { b: [{ exists: false }] } }, {}, true],
    ['exists, though it should not', { a: [{ exists: false }] }, { a: null }, false],
    ['wildcard', { a: [{ wildcard: 'a*c*e' }] }, { a: 'abcde' }, true],
    ['wildcard that overlaps', { a: [{ wildcard: 'ab*bc' }] }, { a: 'abc' }, false],
    ['wildcard with an escaped star', { a: [{ wildcard: 'a\\*' }] }, { a: 'a*' }, true],
    ['wildcard with an escaped star, else', { a: [{ wildcard: 'a\\*' }] }, { a: 'ab' }, false],
    ['cidr', { ip: [{ cidr: '10.0.0.0/24' }] }, { ip: '10.0.0.255' }, true],
    ['cidr outside', { ip: [{ cidr: '10.0.0.0/24' }] }, { ip: '10.0.1.1' }, false],
    ['$or', { $or: [{ a: [1] }, { b: [2] }] }, { a: 0, b: 2 }, true],
    ['$or of none', { $or: [{ a: [1] }, { b: [2] }] }, { a: 2, b: 1 }, false],
    ['$or beside a field', { c: [3], $or: [{ a: [1] }, { b: [2] }] }, { a: 1, c: 4 }, false],
    ['a name of Object', { toString: ['x'] }, {}, false],
  ])('%s', (_name, pattern, event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });

  it.each([
    '',
    '{',
    '[]',
    'null',
    '{}',
    '{"a":"x"}',
    '{"a":[]}',
    '{"a":{}}',
    '{"a":[{"like":"x"}]}',
    '{"a":[{"constructor":"x"}]}',
    '{"a":[{"prefix":"a","suffix":"b"}]}',
    '{"a":[{"prefix":1}]}',
    '{"a":[{"numeric":["~",1]}]}',
    '{"a":[{"numeric":[">","1"]}]}',
    '{"a":[{"exists":"yes"}]}',
    '{"a":[{"anything-but":[]}]}',
    '{"a":[{"anything-but":{"numeric":["=",1]}}]}',
    '{"a":[{"wildcard":"a**b"}]}',
    '{"a":[{"cidr":"10.0.0.0/33"}]}',
    '{"a":[["x"]]}',
    '{"$or":[{"a":[1]}]}',
    `{"a":["${'x'.repeat(5000)}"]}`,
    `${'{"a":'.repeat(100)}["x"]${'}'.repeat(100)}`,
  ])('%s is refused', (text) => {
    expect(() => compilePattern(text)).toThrowError(
      expect.objectContaining({ code: 'InvalidEventPatternException', status: 400 }),
    );
  });

  it('is matched in a time that does not explode with its wildcards', () => {
    const test = compilePattern(JSON.stringify({ a: [{ wildcard: `${'*a'.repeat(200)}*b` }] }));
    expect(test({ a: 'a'.repeat(200_000) })).toBe(false);
  });
});
