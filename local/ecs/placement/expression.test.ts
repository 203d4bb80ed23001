import { describe, expect, it } from 'vitest';
import { holds, type Queried } from './evaluate.ts';
import { ExpressionError, parseExpression } from './expression.ts';

const instance: Queried = {
  agentConnected: true,
  agentVersion: '1.9.0',
  hostId: 'i-0abc',
  registeredAt: Date.parse('2026-06-18T22:28:28Z'),
  runningTasks: 3,
  attributes: new Map([
    ['ecs.instance-type', 't3.small'],
    ['ecs.availability-zone', 'us-east-1a'],
    ['stack', 'prod'],
    ['flag', undefined],
  ]),
  groups: ['service:web', 'family:job'],
};

describe('the cluster query language', () => {
  it.each([
    ['attribute:stack == prod', true],
    ['attribute:stack equals prod', true],
    ['attribute:stack==prod', true],
    ['attribute:stack != prod', false],
    ['attribute:gone != prod', true],
    ['attribute:gone == prod', false],
    ['attribute:flag exists', true],
    ['attribute:flag !exists', false],
    ['attribute:gone not_exists', true],
    ['attribute:ecs.instance-type =~ t3.*', true],
    ['attribute:ecs.instance-type =~ t3', false],
    ['attribute:ecs.instance-type matches (t2|t3)\\.small', true],
    ['(attribute:ecs.instance-type =~ (t2|m5).*)', false],
    ['attribute:ecs.instance-type !~ t2.*', true],
    ['attribute:ecs.availability-zone in [us-east-1a, us-east-1b]', true],
    ['attribute:ecs.availability-zone in ["us-east-1a","us-east-1b"]', true],
    ['attribute:ecs.availability-zone !in [us-east-1a]', false],
    ['attribute:ecs.availability-zone not_in [us-east-1c]', true],
    ['task:group == service:web', true],
    ['task:group != service:web', false],
    ['task:group == service:gone', false],
    ['not(task:group == service:gone)', true],
    ['!(task:group == service:web)', false],
    ['agentConnected == true', true],
    ['agentVersion < 1.10.0', true],
    ['agentVersion greater_than_equal 1.9.0', true],
    ['ec2InstanceId in [i-0abc]', true],
    ['runningTasksCount > 2', true],
    ['runningTasksCount <= 2', false],
    ['registeredAt >= 2026-06-18T22:28:28+00:00', true],
    ['registeredAt > 2026-06', true],
    ['registeredAt < 2026', false],
    ['attribute:stack == test or attribute:stack == prod and agentConnected == false', false],
    ['(attribute:stack == prod or attribute:stack == test) and agentConnected == true', true],
    ['attribute:stack == prod && agentConnected == true || task:group == none', true],
  ])('%s is %s', (text, expected) => {
    expect(holds(parseExpression(text), instance)).toBe(expected);
  });

  it.each([
    '',
    'attribute:stack',
    'attribute:stack ==',
    'stack == prod',
    'attribute:stack === prod',
    'attribute:stack like prod',
    'attribute:stack in prod',
    'attribute:stack in [prod',
    'attribute:stack =~ (t2',
    '(attribute:stack == prod',
    'attribute:stack == prod)',
    'attribute:stack == prod and',
    'attribute:stack == prod attribute:stack == test',
    `${'('.repeat(60)}attribute:stack == prod${')'.repeat(60)}`,
    'x'.repeat(3000),
  ])('refuses %j', (text) => {
    expect(() => parseExpression(text)).toThrow(ExpressionError);
  });
});
