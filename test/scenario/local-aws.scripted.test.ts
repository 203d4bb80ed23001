import { localAwsScenarios } from './local-aws.ts';

localAwsScenarios('scripted', 'shop:1');
