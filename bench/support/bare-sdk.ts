/** The yardstick: a loop of stock AWS SDK calls against the stub, nothing around them. Prints its own CPU time. */
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';

const [, , port, calls = '0', concurrency = '1', warmUp = '0'] = process.argv;
const client = new STSClient({
  region: 'us-east-1',
  endpoint: `http://127.0.0.1:${port ?? ''}`,
  credentials: { accessKeyId: 'AKIABENCHBENCHBENCH0', secretAccessKey: 'bench' },
});

function call(): Promise<unknown> {
  return client.send(
    new AssumeRoleCommand({
      RoleArn: 'arn:aws:iam::111122223333:role/Bench',
      RoleSessionName: 'bench',
      SourceIdentity: 'bench',
      DurationSeconds: 3_600,
    }),
  );
}

async function run(total: number): Promise<void> {
  let left = total;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: Number(concurrency) }, worker));
}

await run(Number(warmUp));
const [before, startedAt] = [process.cpuUsage(), performance.now()];
await run(Number(calls));
const { user, system } = process.cpuUsage(before);
const seconds = (performance.now() - startedAt) / 1_000;
process.stdout.write(
  `${JSON.stringify({ cpuMicros: (user + system) / Number(calls), perSecond: Number(calls) / seconds })}\n`,
);
client.destroy();
