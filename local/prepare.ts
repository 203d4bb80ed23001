import { currentFolder, currentProgram, functionsDirectory, programNames } from './bundle/current.ts';

/**
 * Builds what `berth up` starts from, unless it is up to date, and prints the folder of the functions' bundles. What
 * builds is loaded only when it has something to do.
 */
const programs = programNames.every((name) => currentProgram(name));
const [functions] = await Promise.all([
  currentFolder(functionsDirectory) ?? import('./lambda/build.ts').then((build) => build.keptFunctions()),
  programs || import('./bundle/build.ts').then((build) => build.keepPrograms()),
]);
console.log(functions);
