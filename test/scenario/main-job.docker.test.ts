import { describe } from 'vitest';
import { buildShopImages } from '../../examples/shop/image.ts';
import { dockerAbsence } from '../support/docker.ts';
import { notTried } from '../support/not-tried.ts';
import { mainJob } from './main-job.ts';

const absence = await dockerAbsence();

if (absence === undefined) {
  mainJob('docker', () => buildShopImages());
} else {
  describe('the main job in containers', () => {
    notTried(`the main job in containers is not tried here: ${absence}`);
  });
}
