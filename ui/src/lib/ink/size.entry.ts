/** All of the ink module that is plain TypeScript, for the test of its size. */
export * from './draw';
export * from './format';
export * from './measure';
export * from './paper';
export * from './recorder';
export * from './shape';
