import * as z from 'zod/mini';
import { secretReference } from './names.ts';
import { quoted } from './parse.ts';

const maxVariables = 200;
/** ECS keeps at most 64 KiB of a task definition; this leaves room for the rest of it. */
const maxCharacters = 32_768;

const variable = z
  .string()
  .check(
    z.regex(
      /^[A-Za-z_][A-Za-z0-9_]{0,254}$/,
      'has to be letters, digits and underscores, and not begin with a digit',
    ),
  );

const value = z
  .pipe(
    z.union([z.string(), z.number(), z.boolean()], { error: 'has to be text, a number, true or false' }),
    z.transform(String),
  )
  .check(z.refine((text) => !text.includes('\0'), 'may not hold a NUL character'));

const secretPattern = /(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?)$|PASSWORD$/i;

/** Whether a variable of this name is refused among the plain ones. */
export const looksSecret = (name: string): boolean => secretPattern.test(name);

/** Variables with their values. What looks like a secret is refused: a value here is shown to many. */
export const environment = () =>
  z.record(variable, value).check(
    z.superRefine((variables, context) => {
      const entries = Object.entries(variables);
      const size = entries.reduce((sum, [name, text]) => sum + name.length + text.length, 0);
      if (entries.length > maxVariables)
        context.addIssue({ code: 'custom', message: `may hold at most ${maxVariables} variables` });
      if (size > maxCharacters)
        context.addIssue({ code: 'custom', message: `may hold at most ${maxCharacters} characters in all` });
      for (const [name] of entries.filter(([name]) => looksSecret(name)).slice(0, 10))
        context.addIssue({ code: 'custom', path: [name], message: secretAdvice(name) });
    }),
  );

/** Variables whose values AWS keeps, and puts in when a task starts. */
export const secrets = () =>
  z
    .record(variable, secretReference)
    .check(
      z.refine(
        (variables) => Object.keys(variables).length <= maxVariables,
        `may hold at most ${maxVariables} secrets`,
      ),
    );

const secretAdvice = (name: string) =>
  `${quoted(name)} looks like a secret, and a value here can be read in ECS, in events and in the ledger: ` +
  `keep it in Secrets Manager or the Parameter Store, and write secrets: { ${name}: <its name or ARN> }`;
