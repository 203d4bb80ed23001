import { describeStage } from './stage.ts';

describeStage('production');
