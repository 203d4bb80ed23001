import { describeStage } from './stage.ts';

describeStage('dev');
