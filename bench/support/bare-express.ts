/** The yardstick: Express with what the broker's own server does for its speed, and one fixed answer as long as ours. */
import express from 'express';
import { createHttpServer } from '../../src/http/server.ts';

const ANSWER = {
  AccessKeyId: 'ASIABENCHBENCHBENCH0',
  SecretAccessKey: 'bench',
  Token: 'x'.repeat(900),
  Expiration: '2026-11-23T22:00:00Z',
  AccountId: '111122223333',
  RoleArn: 'arn:aws:iam::111122223333:role/Bench',
};

const app = express();
app.disable('x-powered-by');
app.disable('etag');
app.get('/api/v1/container-credentials/:role', (_request, response) => {
  response.json(ANSWER);
});
createHttpServer(app).listen(Number(process.argv[2]), '127.0.0.1', () => process.stdout.write('ready\n'));
