"""The history of lti's own tables; the environment is binder's."""
