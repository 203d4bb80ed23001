import * as sdk from '@aws-sdk/client-ecs';
import { invalid } from '../errors.ts';
import { page } from '../paging.ts';
import type { Wire } from '../wire.ts';
import { type ActionContext, type Actions, action } from './action.ts';

/** Account settings are kept and shown; Local AWS always behaves as the defaults say. */
export function settingActions(context: ActionContext): Actions {
  const { settings } = context.state;
  const put = (name = '', value = '') => {
    if (value === '' || value.length > 100) throw invalid('value must have 1 to 100 characters.');
    settings.put(name, value);
    return { setting: setting(context, name, value) };
  };
  return {
    PutAccountSetting: action<sdk.PutAccountSettingRequest, sdk.PutAccountSettingResponse>(
      'PutAccountSetting',
      ({ name, value }) => put(name, value),
    ),
    PutAccountSettingDefault: action<
      sdk.PutAccountSettingDefaultRequest,
      sdk.PutAccountSettingDefaultResponse
    >('PutAccountSettingDefault', ({ name, value }) => put(name, value)),
    DeleteAccountSetting: action<sdk.DeleteAccountSettingRequest, sdk.DeleteAccountSettingResponse>(
      'DeleteAccountSetting',
      ({ name = '' }) => {
        const value = settings.get(name) ?? defaultValue(name);
        settings.delete(name);
        return { setting: setting(context, name, value) };
      },
    ),
    ListAccountSettings: action<sdk.ListAccountSettingsRequest, sdk.ListAccountSettingsResponse>(
      'ListAccountSettings',
      ({ name, value, effectiveSettings = false, nextToken, maxResults }) => {
        const names: readonly string[] = Object.values(sdk.SettingName);
        const all = names
          .filter((known) => effectiveSettings || settings.has(known))
          .map((known) => setting(context, known, settings.get(known) ?? defaultValue(known)))
          .filter(
            (entry) => (name === undefined || entry.name === name) && (!value || entry.value === value),
          );
        const query = ['ListAccountSettings', name, value, effectiveSettings];
        const listed = page(all, (entry) => entry.name ?? '', { query, nextToken, maxResults });
        return { settings: listed.items, nextToken: listed.nextToken };
      },
    ),
  };
}

function setting(context: ActionContext, name: string, value: string): Wire<sdk.Setting> {
  return { name, value, principalArn: context.arns.root, type: 'user' };
}

function defaultValue(name: string): string {
  if (name === 'fargateTaskRetirementWaitPeriod') return '7';
  if (name === 'defaultLogDriverMode') return 'non-blocking';
  return name.endsWith('LongArnFormat') ? 'enabled' : 'disabled';
}
