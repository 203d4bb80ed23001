/** The table of AWS's sample, by the task's ARN. */
export const referenceTable = 'ECSTaskState';
export const referenceKeys = { hash: { name: 'taskArn' } } as const;
