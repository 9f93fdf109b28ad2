from django import forms


class SignIn(forms.Form):
    identity = forms.CharField(
        label="E-mail, number or user name",
        max_length=254,
        error_messages={"required": "Enter the e-mail, number or user name of the Sinch account."},
    )
    password = forms.CharField(
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput,
        error_messages={"required": "Enter the password of the Sinch account."},
    )
    kind = forms.CharField(required=False, widget=forms.HiddenInput)
    next = forms.CharField(required=False, widget=forms.HiddenInput)
