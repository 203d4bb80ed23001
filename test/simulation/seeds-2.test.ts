import { testSeeds } from './seeds.ts';

/** A file of its own, so that it runs beside the first. */
testSeeds(1_001, 250);
