import type * as sdk from '@aws-sdk/client-ecs';
import type { EcsContext } from '../context.ts';
import { invalid } from '../errors.ts';
import { page } from '../paging.ts';
import type { Wire } from '../wire.ts';
import { type ActionContext, type Actions, action } from './action.ts';

/** What each setting may be; the first is what it is when nobody has set it. */
const values: Readonly<Record<sdk.SettingName, readonly [string, ...string[]]>> = {
  awsvpcTrunking: ['disabled', 'enabled'],
  containerInsights: ['disabled', 'enabled', 'enhanced'],
  containerInstanceLongArnFormat: ['enabled', 'disabled'],
  defaultLogDriverMode: ['non-blocking', 'blocking'],
  fargateEventWindows: ['disabled', 'enabled'],
  fargateFIPSMode: ['disabled', 'enabled'],
  fargateTaskRetirementWaitPeriod: ['7', '0', '14'],
  guardDutyActivate: ['off', 'on'],
  serviceLongArnFormat: ['enabled', 'disabled'],
  tagResourceAuthorization: ['off', 'on'],
  taskLongArnFormat: ['enabled', 'disabled'],
};
const names = Object.keys(values) as sdk.SettingName[];
const pageCeiling = 10;
const accountWide = 'default';

/**
 * Account settings: those of a principal before those of the account, which its root user sets too, before ECS's own.
 * Here only containerInsights has an effect: it is what new clusters begin with.
 */
export function settingActions(context: ActionContext): Actions {
  const { settings } = context.state;
  return {
    PutAccountSetting: action<sdk.PutAccountSettingRequest, sdk.PutAccountSettingResponse>(
      'PutAccountSetting',
      ({ name, value, principalArn = context.arns.root }) => {
        const known = acceptValue(name, value);
        settings.put(keyOf(principalArn, known), value ?? '');
        return { setting: view(known, value ?? '', principalArn) };
      },
    ),
    PutAccountSettingDefault: action<
      sdk.PutAccountSettingDefaultRequest,
      sdk.PutAccountSettingDefaultResponse
    >('PutAccountSettingDefault', ({ name, value }) => {
      const known = acceptValue(name, value);
      settings.put(keyOf(accountWide, known), value ?? '');
      return { setting: view(known, value ?? '', context.arns.root) };
    }),
    DeleteAccountSetting: action<sdk.DeleteAccountSettingRequest, sdk.DeleteAccountSettingResponse>(
      'DeleteAccountSetting',
      ({ name, principalArn = context.arns.root }) => {
        const known = acceptName(name);
        settings.delete(keyOf(principalArn, known));
        return { setting: view(known, effectiveSetting(context, known, principalArn), principalArn) };
      },
    ),
    ListAccountSettings: action<sdk.ListAccountSettingsRequest, sdk.ListAccountSettingsResponse>(
      'ListAccountSettings',
      (input) => listSettings(context, input),
    ),
  };
}

function listSettings(
  context: EcsContext,
  input: Wire<sdk.ListAccountSettingsRequest>,
): Wire<sdk.ListAccountSettingsResponse> {
  const { name, value, principalArn = context.arns.root, effectiveSettings = false } = input;
  const wanted = name === undefined ? names : [acceptName(name)];
  const all = wanted.flatMap((known) => {
    const own = context.state.settings.get(keyOf(principalArn, known));
    const shown = effectiveSettings ? effectiveSetting(context, known, principalArn) : own;
    return shown === undefined || (value !== undefined && value !== shown)
      ? []
      : [view(known, shown, principalArn)];
  });
  const { nextToken, maxResults } = input;
  const query = ['ListAccountSettings', name, value, principalArn, effectiveSettings];
  const listed = page(all, (setting) => setting.name ?? '', {
    query,
    nextToken,
    maxResults,
    limit: pageCeiling,
  });
  return { settings: listed.items, nextToken: listed.nextToken };
}

/** What holds for `principalArn`, by default the root user. */
export function effectiveSetting(
  context: EcsContext,
  name: sdk.SettingName,
  principalArn: string = context.arns.root,
): string {
  const { settings } = context.state;
  return (
    settings.get(keyOf(principalArn, name)) ??
    settings.get(keyOf(context.arns.root, name)) ??
    settings.get(keyOf(accountWide, name)) ??
    values[name][0]
  );
}

function keyOf(principal: string, name: string): string {
  return `${principal}|${name}`;
}

function acceptName(name: string | undefined): sdk.SettingName {
  const known = names.find((each) => each === name);
  if (!known) throw invalid(`${name?.slice(0, 100) ?? 'name'} should be one of [${names.join(',')}]`);
  return known;
}

function acceptValue(name: string | undefined, value: string | undefined): sdk.SettingName {
  const known = acceptName(name);
  if (known === 'guardDutyActivate') {
    throw invalid('The guardDutyActivate account setting is managed by Amazon GuardDuty and is read-only.');
  }
  if (value === undefined || !values[known].includes(value)) {
    throw invalid(
      `Invalid value for ${known}: it should be one of [${[...values[known]].sort().join(',')}].`,
    );
  }
  return known;
}

function view(name: sdk.SettingName, value: string, principalArn: string): Wire<sdk.Setting> {
  return { name, value, principalArn, type: name === 'guardDutyActivate' ? 'aws_managed' : 'user' };
}
