"""The hub as Wyoming services, for pipelines that Home Assistant runs itself."""
