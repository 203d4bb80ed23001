/** The tag that Berth gives to every service which it makes: whose it is. */
export const ownerTag = 'berth:service';

/** Whose a service in ECS is; without an owner it is not Berth's. `unknown`: the look failed and says nothing. */
export type FoundOwner =
  | { readonly seen: 'absent' }
  | { readonly seen: 'unknown'; readonly because: string }
  | { readonly seen: 'service'; readonly owner?: string };
