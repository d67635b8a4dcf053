import { Config, LogLevel, Option } from "effect"

const levels = new Map<string, LogLevel.LogLevel>([
  ["TRACE", LogLevel.Trace],
  ["DEBUG", LogLevel.Debug],
  ["INFO", LogLevel.Info],
  ["WARN", LogLevel.Warning],
  ["WARNING", LogLevel.Warning],
  ["ERROR", LogLevel.Error],
  ["CRITICAL", LogLevel.Fatal],
  ["FATAL", LogLevel.Fatal]
])

/** The least important lines that leave the process: `PROXBOX_LOG_LEVEL`, INFO unless it names another. */
export const logLevel: Config.Config<LogLevel.LogLevel> = Config.option(Config.string("PROXBOX_LOG_LEVEL")).pipe(
  Config.map(Option.flatMapNullable((name) => levels.get(name.trim().toUpperCase()))),
  Config.map(Option.getOrElse(() => LogLevel.Info))
)
