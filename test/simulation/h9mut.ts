import { mistakesOfCourses } from './mutants/of-courses.ts';
import { simulate } from './simulate.ts';

const only = process.argv[2];
const until = Number(process.argv[3] ?? 150);
for (const [name, mutant] of Object.entries(mistakesOfCourses)) {
  if (only && only !== 'all' && !name.includes(only)) continue;
  let found = 'none';
  for (let seed = Number(process.argv[4] ?? 1); seed <= until && found === 'none'; seed++) {
    const [first] = (await simulate(seed, mutant)).violations;
    if (first) found = `${seed} by ${first.invariant}: ${first.text.slice(0, 160)}`;
  }
  console.log(name, '→', found);
}
