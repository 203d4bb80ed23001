import { writeFileSync } from 'node:fs';
import { documentation, page } from './documentation.ts';

writeFileSync(page, documentation().wanted);
