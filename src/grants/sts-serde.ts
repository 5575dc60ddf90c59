/**
 * Writing requests and reading answers, in place of the SDK's two middlewares. Those copy their configuration and all
 * that is known of a call, twice for each call, into objects so large that V8 is slow to make them and slow to be rid of
 * them; the protocol needs one small object that never changes.
 */
import type { STSClient } from '@aws-sdk/client-sts';
import type { StsProtocol } from './sts-protocol.ts';

type OperationSchema = Parameters<StsProtocol['serializeRequest']>[0];
type SerdeContext = Parameters<StsProtocol['serializeRequest']>[2];

export function keepSerde({ config, middlewareStack }: STSClient): void {
  const protocol = config.protocol as StsProtocol;
  const serde = serdeContextOf(config);
  protocol.setSerdeContext(serde);
  for (const name of ['serializerMiddleware', 'deserializerMiddleware']) middlewareStack.remove(name);
  middlewareStack.add(
    (next, context) => async (args) => {
      const request = await protocol.serializeRequest(operationOf(context), args.input, serde);
      return next({ ...args, request });
    },
    { step: 'serialize', name: 'serializerMiddleware' },
  );
  middlewareStack.add(
    (next, context) => async (args) => {
      const { response } = await next(args);
      try {
        const output = await protocol.deserializeResponse(operationOf(context), serde, response as never);
        return { response, output: output as never };
      } catch (error) {
        throw withResponse(error, response as HttpAnswer);
      }
    },
    { step: 'deserialize', name: 'deserializerMiddleware' },
  );
}

interface HttpAnswer {
  readonly statusCode: number;
}

/** Where the SDK looks for a status that means throttling, and for Retry-After, before it repeats a call. */
function withResponse(error: unknown, response: HttpAnswer): unknown {
  if (!(error instanceof Error)) return error;
  Object.defineProperty(error, '$response', { value: response });
  if (!('$metadata' in error)) Object.assign(error, { $metadata: { httpStatusCode: response.statusCode } });
  return error;
}

function serdeContextOf(config: STSClient['config']): SerdeContext {
  const { base64Decoder, base64Encoder, utf8Decoder, utf8Encoder, streamCollector } = config;
  const { protocol, requestHandler, urlParser, disableHostPrefix, endpoint } = config;
  const serde = {
    ...{ base64Decoder, base64Encoder, utf8Decoder, utf8Encoder, streamCollector },
    ...{ protocol, requestHandler, urlParser, disableHostPrefix, endpoint },
  };
  return serde as unknown as SerdeContext;
}

/** As a command describes itself: what it is called, what it takes and what it gives. */
function operationOf({ __smithy_context: known }: { readonly __smithy_context?: object }): OperationSchema {
  const { operationSchema } = known as { readonly operationSchema: readonly unknown[] };
  const [, namespace, name, traits, input, output] = operationSchema;
  return { namespace, name, traits, input, output } as unknown as OperationSchema;
}
