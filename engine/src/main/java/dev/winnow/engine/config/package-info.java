/** Run configs: YAML files that name techniques and their parameters. */
package dev.winnow.engine.config;
