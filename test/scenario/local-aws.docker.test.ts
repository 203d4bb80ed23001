import { describe } from 'vitest';
import { buildNodeImage } from '../../examples/shop/image.ts';
import { dockerAbsence } from '../support/docker.ts';
import { notTried } from '../support/not-tried.ts';
import { localAwsScenarios } from './local-aws.ts';

const absence = await dockerAbsence();

if (absence === undefined) {
  localAwsScenarios('docker', await buildNodeImage());
} else {
  describe('Local AWS, runtime docker', () => {
    notTried(`Local AWS with containers is not tried here: ${absence}`);
  });
}
