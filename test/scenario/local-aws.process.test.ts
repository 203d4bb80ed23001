import { localAwsScenarios } from './local-aws.ts';

localAwsScenarios('process', 'shop:1');
