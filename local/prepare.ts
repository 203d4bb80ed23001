import { currentFolder, currentLocalAws, functionsDirectory } from './bundle/current.ts';

/**
 * Builds what `berth up` starts from, unless it is up to date, and prints the folder of the functions' bundles. What
 * builds is loaded only when it has something to do.
 */
const [functions] = await Promise.all([
  currentFolder(functionsDirectory) ?? import('./lambda/build.ts').then((build) => build.keptFunctions()),
  currentLocalAws() ?? import('./bundle/build.ts').then((build) => build.bundleLocalAws()),
]);
console.log(functions);
