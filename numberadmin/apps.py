from django.apps import AppConfig


class NumberadminConfig(AppConfig):
    name = "numberadmin"
