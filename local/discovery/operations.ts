import { z } from 'zod';
import { AwsError } from '../support/service.ts';
import { action, type DiscoveryContext, pageOf, type Run } from './context.ts';
import { filters, id, page } from './input.ts';
import type { Operation } from './model.ts';

const listInput = z.object({
  ...page,
  Filters: filters(['NAMESPACE_ID', 'SERVICE_ID', 'STATUS', 'TYPE', 'UPDATE_DATE']),
});

type Filter = NonNullable<z.output<typeof listInput>['Filters']>[number];

function passes(operation: Operation, { Name, Values }: Filter): boolean {
  switch (Name) {
    case 'NAMESPACE_ID':
      return Values.includes(operation.targets.NAMESPACE ?? '');
    case 'SERVICE_ID':
      return Values.includes(operation.targets.SERVICE ?? '');
    case 'STATUS':
      return Values.includes('SUCCESS');
    case 'TYPE':
      return Values.includes(operation.type);
    case 'UPDATE_DATE': {
      const [from = 0, to = Number.MAX_SAFE_INTEGER] = Values.map(Number);
      return operation.createdAt / 1000 >= from && operation.createdAt / 1000 <= to;
    }
  }
}

function shapeOf({ account }: DiscoveryContext, operation: Operation) {
  return {
    Id: operation.id,
    OwnerAccount: account,
    Type: operation.type,
    Status: 'SUCCESS',
    CreateDate: operation.createdAt / 1000,
    UpdateDate: operation.createdAt / 1000,
    Targets: operation.targets,
  };
}

export const operationActions: Readonly<Record<string, Run>> = {
  GetOperation: action(z.object({ OperationId: id }), (context, input) => {
    const found = context.tables.operations.get(input.OperationId);
    if (!found) throw new AwsError('OperationNotFound', `Operation not found : ${input.OperationId}`);
    return { Operation: shapeOf(context, found) };
  }),

  ListOperations: action(listInput, (context, input) => {
    const wanted = [...context.tables.operations.values()].filter((operation) =>
      (input.Filters ?? []).every((filter) => passes(operation, filter)),
    );
    const { shown, ...rest } = pageOf(wanted, (operation) => operation.id, input);
    return { Operations: shown.map(({ id: Id }) => ({ Id, Status: 'SUCCESS' })), ...rest };
  }),
};
