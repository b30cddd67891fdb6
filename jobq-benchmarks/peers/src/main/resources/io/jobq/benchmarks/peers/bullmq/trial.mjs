// One trial with BullMQ: the same modes, counts, times and figures as TrialProcess has for the libraries of the JVM.
import { Queue, Worker } from 'bullmq';

const BATCH = 1000;
const FILLING = 'x'.repeat(50);
const words = Object.fromEntries(process.argv.slice(2).map((word) => word.split(/=(.*)/s)));
const number = (name) => Number(words[name]);
const best = words.settings === 'best';

const now = () => performance.now();
const sleep = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
const say = (text) => process.stdout.write(text + '\n');
const figure = (name, value) => say(`${name} ${value}`);
const work = (n, time = 0) => ({ number: n, time, text: FILLING });

class Unavailable extends Error {}

async function until(atMost, condition) {
  const start = now();
  while (!(await condition())) {
    if (now() - start > atMost) {
      return false;
    }
    await sleep(1);
  }
  return true;
}

function connection() {
  const { hostname, port } = new URL(words.uri);
  return { host: hostname, port: Number(port) };
}

class Session {
  constructor(handler) {
    this.handler = handler;
    this.queue = new Queue('work', { connection: connection(), ...(best && { defaultJobOptions: { removeOnComplete: true } }) });
  }

  enqueue(job, options) {
    return this.queue.add('work', job, options);
  }

  enqueueAll(jobs) {
    return this.queue.addBulk(jobs.map((data) => ({ name: 'work', data })));
  }

  async startWorker() {
    this.worker = new Worker('work', this.handler, {
      connection: connection(),
      concurrency: number('slots'),
      ...(best && { lockDuration: 10_000, stalledInterval: 5_000 }),
    });
    this.worker.on('error', (failure) => console.error(failure));
    await this.worker.waitUntilReady();
  }

  async unsettled() {
    const counts = await this.queue.getJobCounts('wait', 'active', 'delayed', 'prioritized');
    return Object.values(counts).reduce((sum, count) => sum + count, 0);
  }

  async close() {
    await this.worker?.close();
    await this.queue.close();
  }
}

let next = 1;
async function fill(session, jobs, batch, callers, atMost) {
  const end = next + jobs;
  const deadline = now() + atMost;
  const caller = async () => {
    while (now() < deadline && next < end) {
      const from = next;
      next += Math.min(batch, end - from);
      if (batch === 1) {
        await session.enqueue(work(from));
      } else {
        await session.enqueueAll(Array.from({ length: next - from }, (_, i) => work(from + i)));
      }
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return next - 1;
}

async function drainOnce(jobs, limit) {
  const millis = number('work-ms');
  let began;
  let done = 0;
  const session = new Session(async () => {
    began ??= now();
    if (millis > 0) {
      await sleep(millis);
    }
    done++;
  });
  await fill(session, jobs, BATCH, 1, 600_000);
  const backlog = await session.unsettled();
  await session.startWorker();
  if (!(await until(30_000, () => began !== undefined))) {
    throw new Unavailable('no job started within 30 s');
  }
  const emptied = (await until(limit, () => done >= backlog)) && (await until(10_000, async () => (await session.unsettled()) === 0));
  const drained = { jobs: Math.min(done, backlog), millis: now() - began, emptied };
  await session.close();
  return drained;
}

async function drain() {
  if (number('warmup') > 0) {
    await drainOnce(number('warmup'), number('warmup-limit'));
  }
  const drained = await drainOnce(number('jobs'), number('limit'));
  figure('rate', drained.jobs / (drained.millis / 1000));
  figure('emptied', drained.emptied ? 1 : 0);
}

async function enqueue() {
  const session = new Session();
  const batch = number('batch');
  const callers = number('callers');
  const before = await fill(session, number('warmup'), batch, callers, number('warmup-limit'));
  const start = now();
  const stored = await fill(session, number('jobs'), batch, callers, number('limit'));
  figure('rate', (stored - before) / ((now() - start) / 1000));
  figure('stored', stored);
  await session.close();
}

function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(Math.ceil(share * sorted.length), 1) - 1];
}

async function awaitAll(lapses, count, atMost) {
  if (!(await until(atMost, () => lapses.length >= count))) {
    throw new Unavailable(`only ${lapses.length} of ${count} jobs ran within ${atMost / 1000} s`);
  }
}

function report(lapses) {
  figure('p50_ms', percentile(lapses, 0.5));
  figure('p99_ms', percentile(lapses, 0.99));
}

async function latency() {
  const lapses = [];
  const session = new Session(async (job) => {
    lapses.push(now() - job.data.time);
  });
  await session.startWorker();
  const deadline = now() + number('warmup-limit');
  let warmup = 0;
  while (warmup < number('warmup') && now() < deadline) {
    await session.enqueue(work(warmup++, now()));
  }
  await awaitAll(lapses, warmup, 60_000);
  lapses.length = 0;
  const gap = 1000 / number('rate');
  const start = now();
  for (let n = 0; n < number('jobs'); n++) {
    while (now() - start < n * gap) {
      await sleep(start + n * gap - now());
    }
    await session.enqueue(work(warmup + n, now()));
  }
  await awaitAll(lapses, number('jobs'), 60_000);
  report(lapses);
  await session.close();
}

async function delayed() {
  const lapses = [];
  const wall = () => performance.timeOrigin + now();
  const session = new Session(async (job) => {
    lapses.push(Math.max(0, wall() - job.data.time));
  });
  const schedule = async (from, jobs, spread) => {
    const first = Date.now() + 4 * jobs;
    for (let n = 0; n < jobs; n++) {
      const due = first + Math.floor(Math.random() * spread);
      await session.enqueue(work(from + n, due), { delay: Math.max(0, due - Date.now()) });
    }
  };
  await session.startWorker();
  await schedule(0, number('warmup'), 1000);
  await awaitAll(lapses, number('warmup'), 60_000);
  lapses.length = 0;
  await schedule(number('warmup'), number('jobs'), number('spread'));
  await awaitAll(lapses, number('jobs'), number('spread') + 60_000);
  report(lapses);
  await session.close();
}

async function worker() {
  const session = new Session(async (job) => {
    say(`START ${job.data.number}`);
    await sleep(number('work-ms'));
    say(`DONE ${job.data.number}`);
  });
  process.stdout.on('error', () => process.exit(1));
  await session.startWorker();
  say('READY');
  await fill(session, number('jobs'), 1, 1, 60_000);
  say('STORED');
  for (;;) {
    say(`LEFT ${await session.unsettled()}`);
    await sleep(500);
  }
}

const modes = { drain, enqueue, latency, delayed, worker };
try {
  await modes[words.mode]();
  process.exit(0);
} catch (failure) {
  console.error(failure instanceof Unavailable ? failure.message : failure);
  process.exit(1);
}
