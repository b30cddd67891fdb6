-- The table that db-scheduler works on, with the columns and indexes that it wants on PostgreSQL where priorities are not used.
create table if not exists scheduled_tasks (
  task_name            text                     not null,
  task_instance        text                     not null,
  task_data            bytea,
  execution_time       timestamp with time zone not null,
  picked               boolean                  not null,
  picked_by            text,
  last_success         timestamp with time zone,
  last_failure         timestamp with time zone,
  consecutive_failures int,
  last_heartbeat       timestamp with time zone,
  version              bigint                   not null,
  priority             smallint,
  primary key (task_name, task_instance)
);
create index if not exists due on scheduled_tasks (execution_time);
create index if not exists heartbeat on scheduled_tasks (last_heartbeat);
